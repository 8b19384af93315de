"""The worker: fetches the files of one batch on the machine it runs on, resumed and verified, and reports it.

The package is sent to machines as one archive (`packing.py`), so it needs nothing but Python's standard library,
imports nothing of ours, and its modules name each other relatively: there it goes by another name.
"""
