"""The warehouse refuses, hangs or breaks off at any point: the consumer waits, says so, and loads everything once."""

from collections.abc import Iterable

import pytest

from .fault_proxy import Act, FaultProxy
from .process import eventually
from .scene import Scene

IMPATIENT = {"SNOWFLAKE_NETWORK_TIMEOUT": "2", "SNOWFLAKE_LOGIN_TIMEOUT": "2"}
POINTS = {
    "upload": r"/fs_bucket/",
    "begin": r"^BEGIN",
    "copy": r"^COPY INTO \S+EVENTS_\d+ ",
    "copy_rejected": r"^COPY INTO \S+_REJECTED",
    "ledger": r"^UPDATE",
    "commit": r"^COMMIT",
}


@pytest.mark.parametrize(
    ("act", "points"),
    [
        (Act.REFUSE, POINTS),
        (Act.DROP_BEFORE, POINTS),
        (Act.DROP_AFTER, POINTS),
        (Act.HANG_BEFORE, ("upload", "copy", "commit")),
        (Act.HANG_AFTER, ("copy", "ledger", "commit")),
    ],
)
def test_faults_at_points_of_a_load(scene: Scene, proxy: FaultProxy, act: Act, points: Iterable[str]) -> None:
    """A connection that breaks, a warehouse that hangs or refuses, at any point of a load: each event lands once."""
    consumer = scene.consumer(**proxy.environment, **IMPATIENT)
    consumer.says("/metrics")
    for point in points:
        fault = proxy.inject(POINTS[point], act)
        scene.produce(40)
        eventually(fault.hit.__len__, f"the consumer comes to {point}")
        scene.wait_until_landed()
        scene.prove()
        proxy.heal()
    assert consumer.stop() == 0
