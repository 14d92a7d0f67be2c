"""Hand over: package, receive, sign for it. A receiver needs only `receive` and a key, or the standard tools."""
