"""The publicity kit: posters and wordings for everybody, made of what a case makes known, never of anybody's data."""
