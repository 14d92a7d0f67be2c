"""Words and names of Chinese with how usual they are, as data: `words.txt.xz`, `names.txt`, `context.txt`, `NOTICE`."""
