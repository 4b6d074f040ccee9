"""Learning what a server likes: from rated works to an adapter, and whether it may be used."""
