"""The command line: parse, one call into `app`, render. No logic here."""
