"""For all tests: how hypothesis looks for examples."""

from hypothesis import settings

# A machine that is busy with the tests beside this one is no fault of the code's: no example has a time limit.
settings.register_profile("winepipeline", deadline=None)
settings.load_profile("winepipeline")
