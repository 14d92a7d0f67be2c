"""Evidence: log, proofs, statements, bundle, verification. Import each from its own module.

The verifier imports from here on machines that have Python alone: nothing is imported on top.
"""
