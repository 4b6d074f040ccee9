"""Style transfer: its networks, and the rolls that they read and write."""
