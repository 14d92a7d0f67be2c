"""People of a case as staff may see them: found by keyed token, masked by class, in clear only for a purpose."""
