"""The trained models: one package a family, what all of them speak, and the weights.

Importing the package itself loads no torch.
"""
