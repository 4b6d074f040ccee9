"""What several cogs use: wording, messages that are edited in place, embeds, how failures are told."""
