"""A consumer that is asked to stop does so soon, also when the warehouse does not let it finish."""

import subprocess
import sys

from winepipeline_process.exits import ExitCode

from .fault_proxy import Act, FaultProxy
from .process import eventually
from .scene import Scene


def test_stop_while_the_warehouse_is_away(scene: Scene, proxy: FaultProxy) -> None:
    """With a load in hand that cannot be finished, a stop takes STOP_SECONDS and no more, and the load is not lost."""
    broken = proxy.inject("^COPY", Act.HANG_BEFORE, times=None)
    scene.produce(40)
    consumer = scene.consumer(**proxy.environment, STOP_SECONDS="2", SNOWFLAKE_NETWORK_TIMEOUT="60")
    eventually(broken.hit.__len__, "a load is in hand")
    assert consumer.stop(seconds=25) == ExitCode.OK
    assert "it will be loaded again" in consumer.log
    assert scene.count() == 0
    proxy.heal()
    scene.consumer()
    scene.wait_until_landed()
    scene.prove()


def test_stop_before_the_warehouse_has_ever_answered(scene: Scene, proxy: FaultProxy) -> None:
    """A consumer that has nothing in hand yet does not wait for anything when it is asked to stop."""
    hanging = proxy.inject("login-request", Act.HANG_BEFORE, times=None)
    consumer = scene.consumer(**proxy.environment, SNOWFLAKE_LOGIN_TIMEOUT="60", STOP_SECONDS="60")
    eventually(hanging.hit.__len__, "it knocks at the warehouse's door")
    assert consumer.stop(seconds=25) == ExitCode.OK


def test_as_it_is_started_in_a_pod(scene: Scene) -> None:
    """`python -m winepipeline_consumer` loads, says where it listens, and ends with status 0 on SIGTERM."""
    scene.produce(40)
    command = [sys.executable, "-m", "winepipeline_consumer"]
    environment = scene.environment(LOG_FORMAT="json")
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            scene.wait_until_landed()
            process.terminate()
            _, log = process.communicate(timeout=15)
        finally:
            process.kill()
    assert process.returncode == ExitCode.OK
    assert '"message": "👋 stopped"' in log
    scene.prove()
