"""What anybody may see without signing in: whether a certificate is ours, and what a case makes known to all.

Read from the control database alone, so that it can be served where no key and no file of a case is.
"""
