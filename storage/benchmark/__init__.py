"""How fast and how well the library answers, measured on libraries of people who were never there."""
