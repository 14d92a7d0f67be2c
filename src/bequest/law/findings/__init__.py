"""Findings: what the law says to facts of a whole case, such as an export or an incident, in outcome words.

`model` the nouns, `parse` from YAML, `load` the packs, `answer` one pack, `combine` several, `examples` worked cases.
A condition is true, false or unknown; what is unknown is asked for and never guessed.
"""
