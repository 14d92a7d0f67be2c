"""Forms: documents of measured text that stays as it is, and fields that people fill in; written as Word and as PDF."""
