"""For all tests: a property is about what holds, not how fast; on a busy machine a first call may take its time."""

from hypothesis import settings

settings.register_profile("bequest", deadline=None)
settings.load_profile("bequest")
