"""How people ask lustre: queries, HTTP, command line, demo."""
