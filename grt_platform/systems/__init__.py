"""The systems of the platform: one folder each, found by listing this one."""
