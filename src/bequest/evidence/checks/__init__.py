"""The checks of a bundle, one module per part. Pure but for reading files; each reports into `Findings`."""
