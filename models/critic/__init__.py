"""The judge: its network, and what it hears of a score."""
