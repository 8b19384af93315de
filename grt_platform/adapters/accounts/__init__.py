"""People, tokens, sessions, projects and the audit, as they stand in the Postgres schema `identity`."""
