"""Answers queries: pinned files are combined for the selected samples, then the command's segments run."""
