import torch

# Toy networks are too small to share among threads.
torch.set_num_threads(1)
