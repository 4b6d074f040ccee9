"""The recurrent composer: its network, and how it writes."""
