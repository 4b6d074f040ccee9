"""From a request to a composition: what is chosen, planned, written and kept, note by note.

Imports models and the domain alone, so that what is measured in training is what the bot plays.
"""
