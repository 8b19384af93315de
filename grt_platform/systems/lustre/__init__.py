"""Lustre: a day's dumps of every inode become who uses what, where, and when it runs out.

Source: dumps of mpistat and wrstat, one a day and volume, group directories (LDAP), `lfs quota`, dropped or fetched.
Flow: raw/dumps -> table/* and product/tree -> product/* (with raw/groups, raw/quotas) -> served/*, and splits by group.
Questions: who uses how much of which volume, which projects and directories hold it, how old it is, when quotas end.
"""
