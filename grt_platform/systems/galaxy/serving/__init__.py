"""How people read galaxy: queries, HTTP, command line."""
