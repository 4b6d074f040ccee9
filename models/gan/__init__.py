"""The adversarial composer: its networks, and how it writes pieces with them."""
