"""The nouns, as frozen dataclasses shared by all steps. Import each from its own module."""
