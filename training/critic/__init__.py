"""Teaches, measures and ships the judge."""
