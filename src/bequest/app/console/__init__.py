"""The console's use cases: accounts, sign-in, what each role may see; every look is on the access table."""
