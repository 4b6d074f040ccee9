"""What is suggested while somebody types. Answers from memory."""

from collections.abc import Mapping

from discord import app_commands

MAX_CHOICES = 25
"""Discord shows no more."""

MAX_NAME = 100
"""Characters of a choice's name that Discord takes."""

Choices = list[app_commands.Choice[str]]


def matching(typed: str, names: Mapping[str, str]) -> Choices:
    """Values whose own or shown name begins with, or failing that contains, what was typed."""
    wanted = typed.strip().casefold()
    matches = [
        (not (value.casefold().startswith(wanted) or name.casefold().startswith(wanted)), value, name)
        for value, name in names.items()
        if wanted in value.casefold() or wanted in name.casefold()
    ]
    matches.sort(key=lambda match: match[0])  # stable: within each group the order stays musical
    return [
        app_commands.Choice(name=name[:MAX_NAME], value=value) for _, value, name in matches[:MAX_CHOICES]
    ]
