"""For all tests: how hypothesis looks for examples, who runs what, and that no log-in asks a cloud where it runs."""

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# How many examples each law is tried with where it does not say itself: `make test-long` tries more.
EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "30"))
# A machine that is busy with the tests beside this one is no fault of the code's: no example has a time limit.
settings.register_profile("winepipeline", deadline=None, max_examples=EXAMPLES)
# For one and the same tree, continuous integration says one and the same; new examples are found at a desk.
settings.register_profile("winepipeline-ci", deadline=None, max_examples=EXAMPLES, derandomize=True)
settings.load_profile("winepipeline-ci" if os.environ.get("CI") else "winepipeline")

# As the product's own sessions do (see its session.py); by itself, the connector spends 0.4 s on it at each log-in.
os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")


class InFiles(LoadFileScheduling):  # type: ignore[misc]
    """A worker has a whole file, and one has all that need an API server: to start one takes five seconds of CPU."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/apiserver" if nodeid.startswith("tests/apiserver/") else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """For `make test`; of the long tests before an API server one worker would have too many."""
    whole = config.getoption("dist") == "loadfile" and config.getoption("markexpr") == "not long"
    return InFiles(config, log) if whole else None
