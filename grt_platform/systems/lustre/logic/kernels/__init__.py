"""Loops over bytes and numbers, compiled by numba: the fast twins of what `entry` says plainly."""
