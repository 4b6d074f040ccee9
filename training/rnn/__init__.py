"""Teaches, measures and ships the recurrent composer."""
