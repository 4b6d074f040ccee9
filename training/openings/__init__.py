"""How pieces begin with what they are given, and go on from it."""
