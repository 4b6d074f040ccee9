"""How people set words to music: read from hymns and songs, counted, and measured on songs of our own."""
