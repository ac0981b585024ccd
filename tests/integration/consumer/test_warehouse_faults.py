"""The warehouse refuses, hangs or breaks off at any point: the consumer waits, says so, and loads everything once."""

from collections.abc import Iterable

import pytest

from winepipeline_local.emulator import Emulator
from winepipeline_process.exits import ExitCode

from .fault_proxy import Act, FaultProxy
from .process import eventually
from .pump import pumping
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
        (Act.REFUSE, ("upload", "begin", "copy_rejected", "commit")),
        (Act.DROP_BEFORE, ("upload", "copy", "ledger", "commit")),
        (Act.DROP_AFTER, ("copy", "ledger", "commit")),
        (Act.HANG_BEFORE, ("upload", "commit")),
        (Act.HANG_AFTER, ("ledger", "commit")),
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


def test_warehouse_crash_and_restart_under_load(scene: Scene, emulator: Emulator) -> None:
    """The warehouse is killed under load and comes back: what was committed is there, and loading goes on by itself."""
    consumer = scene.consumer()
    with pumping(scene):
        consumer.lands()
        emulator.kill()
        eventually(lambda: consumer.readiness() == "WarehouseUnavailable", "it says what it waits for")
        assert consumer.metric("winepipeline_warehouse_retrying") == 1
        emulator.start()
        eventually(lambda: consumer.readiness() == "Assigned", "it is ready again")
    scene.wait_until_landed()
    assert consumer.metric("winepipeline_warehouse_retrying") == 0
    assert consumer.stop() == ExitCode.OK
    scene.prove()


def test_refused_at_the_door_for_a_while(scene: Scene, proxy: FaultProxy) -> None:
    """A warehouse that answers 503 to log-ins makes a consumer not ready, but neither ends it nor has it restarted."""
    closed = proxy.inject(r"/session/v1/login-request", Act.REFUSE, times=None)
    scene.produce(20)
    consumer = scene.consumer(**proxy.environment, **IMPATIENT)
    eventually(lambda: len(closed.hit) > 1, "it tries again")
    assert consumer.get("/healthz")[0] == 200
    assert consumer.readiness() == "WarehouseUnavailable"
    assert consumer.metric("winepipeline_warehouse_retrying") == 1
    proxy.heal()
    scene.wait_until_landed()
    assert consumer.readiness() == "Assigned"
    assert consumer.stop() == ExitCode.OK
    scene.prove()
