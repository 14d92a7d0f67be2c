"""Tell every person, keep proof of it, hear the answers: letters, channels, ladder, windows."""
