"""Teaches and measures style transfer: windows of works, the warm start, the game, flips, the commands."""
