"""Steps on many machines: a run hands its steps to a broker, workers take them, each step is done by one of them.

`app` says what broker and results are, `executor` hands steps out, `main` is a worker, `guard` what it puts around each
step. ADR 0019 tells why it is so.
"""
