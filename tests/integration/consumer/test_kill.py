"""A consumer that is killed at any point of a load leaves nothing half, and the next one goes on."""

import random
import signal
import time

from .scene import Scene

STEPS = ("encode", "letters", "upload", "begin", "copy", "copy_rejected", "ledger", "commit", "remove")

# Right after a step is right before the next one, but for the COMMIT, which counts, and the last step: what comes then
# is the commit to Kafka.
MOMENTS = (*(f"{step}:before" for step in STEPS), "commit:after", "remove:after")

# The next process has the last one's name, as a pod of a StatefulSet has: it need not wait for the group to miss that.
POD = {"GROUP_INSTANCE_ID": "pod-0", "BATCH_SIZE": "10", "MAX_BATCH_SIZE": "10"}


def test_kills_at_every_step_of_a_load(scene: Scene) -> None:
    """SIGKILL right before or right after any step of a load loses nothing and doubles nothing."""
    for moment in MOMENTS:
        scene.produce(30)
        killed = scene.consumer(**POD, KILL_AT=f"{moment}:2")
        assert killed.ended() == -signal.SIGKILL, moment
        scene.prove(everything=False)
    scene.consumer(**POD)
    scene.wait_until_landed()
    scene.prove()


def test_kills_at_random_times(scene: Scene) -> None:
    """SIGKILL at any time under load, several times in a row, loses nothing and doubles nothing."""
    rng = random.Random(20261124)
    for _ in range(6):
        scene.produce(60)
        doomed = scene.consumer(**POD)
        doomed.says("reading")
        time.sleep(rng.uniform(0, 0.5))
        doomed.kill()
        scene.prove(everything=False)
    scene.consumer(**POD)
    scene.wait_until_landed()
    scene.prove()
