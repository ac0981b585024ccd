"""For all tests: how hypothesis looks for examples, and that no log-in asks a cloud where it runs."""

import os

from hypothesis import settings

# How many examples each law is tried with where it does not say itself: `make test-long` tries more.
EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "30"))
# A machine that is busy with the tests beside this one is no fault of the code's: no example has a time limit.
settings.register_profile("winepipeline", deadline=None, max_examples=EXAMPLES)
# For one and the same tree, continuous integration says one and the same; new examples are found at a desk.
settings.register_profile("winepipeline-ci", deadline=None, max_examples=EXAMPLES, derandomize=True)
settings.load_profile("winepipeline-ci" if os.environ.get("CI") else "winepipeline")

# As the product's own sessions do (see its session.py); by itself, the connector spends 0.4 s on it at each log-in.
os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
