"""MIDI files taken in: strangers' uploads and the bot's own clips, read in a fenced process of their own.

`reader` is what callers use, and is light; only `fence` and what it imports know a parser.
"""
