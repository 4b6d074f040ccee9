"""The written music that the models learn from: read, put on one grid, split, and credited."""
