"""How weighty an announcement is; by itself, for web pages name it and load no tables."""

LEVELS = ("info", "warning")
