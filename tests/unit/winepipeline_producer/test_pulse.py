"""What the kubelet and `winepipeline up` are told of a producer."""

from winepipeline_producer.pulse import STALL_SECONDS, STANDSTILL_SECONDS, Pulse


def started(queued: int = 0, reported: int = 0, *, failing: bool = False) -> Pulse:
    """A producer that saw its topic and whose loop turned at 100 s."""
    pulse = Pulse(100.0, absence=None)
    pulse.note(100.0, queued, reported, failing=failing)
    return pulse


def test_a_loop_that_stands_is_not_alive() -> None:
    """A producer that hangs is restarted."""
    pulse = started()
    assert pulse.health(100.0 + STANDSTILL_SECONDS).ok
    found = pulse.health(131.0)
    assert (found.ok, found.reason, found.detail) == (False, "LoopStands", "the loop has not turned for 31 s")


def test_a_producer_without_its_topic_is_alive_but_not_ready() -> None:
    """A producer that waits for the topic is left running, and says what it waits for."""
    pulse = Pulse(100.0)
    pulse.absence = "the broker at kafka:9092 has no topic sales_events"
    assert pulse.health(101.0).ok
    found = pulse.readiness(101.0)
    assert (found.ok, found.reason, found.detail) == (False, "Waiting", pulse.absence)


def test_deliveries_that_stall_end_readiness_until_they_go_on() -> None:
    """A producer whose broker went away is not ready from ten seconds later until a delivery succeeds."""
    pulse = started(queued=5, reported=10)
    pulse.note(104.0, 9, 10, failing=False)
    assert pulse.readiness(100.0 + STALL_SECONDS).ok
    assert pulse.readiness(112.0).reason == "DeliveriesStall"
    pulse.note(112.5, 8, 11, failing=False)
    assert pulse.readiness(113.0).ok


def test_an_idle_producer_stays_ready() -> None:
    """A producer with an event an hour is ready all the time."""
    assert started().readiness(3700.0).ok


def test_a_failed_delivery_ends_readiness() -> None:
    """A producer whose events are refused is not ready."""
    assert started(failing=True).readiness(100.0).reason == "DeliveriesFail"
