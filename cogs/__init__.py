"""Discord: a feature a file, and `_shared` for what several of them use."""

COGS = (
    "cogs.errors",
    "cogs.interruptions",
    "cogs.clips",
    "cogs.compose",
    "cogs.choices",
    "cogs.transform",
    "cogs.lyrics",
    "cogs.song",
    "cogs.library",
    "cogs.ratings",
    "cogs.seeds",
    "cogs.finetune",
    "cogs.judge",
    "cogs.status",
)
"""In this order: interruptions marks the old jobs before a new one can be added."""
