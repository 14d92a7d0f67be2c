"""The assessment of a case as people read it: lines for the terminal, the report and the impact assessment."""
