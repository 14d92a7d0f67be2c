"""Use cases, one module per verb: transaction, clock, evidence, hooks. The only place where steps meet."""
