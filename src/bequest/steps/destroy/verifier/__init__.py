"""The independent verifier: its own reading, normalising, tokens and key; nothing of the code that erased.

It must not import `bequest.sources` or `bequest.engine.kernels`: a mistake made there must not be made here again.
"""
