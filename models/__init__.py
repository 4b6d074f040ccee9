"""The trained models: one family a file, their tokens, sampling and weights.

Importing the package itself loads no torch.
"""
