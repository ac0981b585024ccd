"""Letters that are sent again land exactly once, whatever happens to the replay."""

import dataclasses
import itertools
import json
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from winepipeline_events.reason import Reason
from winepipeline_events.repair import NAMES
from winepipeline_events.validation import Limits
from winepipeline_local.dead_letters.decision import Correction, Outcome
from winepipeline_local.dead_letters.edited import identity
from winepipeline_local.dead_letters.kafka import LetterTopic, Overtaken, Sender
from winepipeline_local.dead_letters.opened import Letter, opened
from winepipeline_local.dead_letters.rejects import Rejects
from winepipeline_local.dead_letters.replay import Order, Replay, Report
from winepipeline_local.dead_letters.selection import Selection
from winepipeline_local.ledger.work import Ledger, Target
from winepipeline_local.place import Place
from winepipeline_producer.malformed import FLAWS, Flaw
from winepipeline_producer.stream import Recipe, Stream
from winepipeline_warehouse.correction import Refusal

from .process import eventually
from .scene import Scene, Sent

pytestmark = pytest.mark.long

LETTERS = int(os.environ.get("REPLAY_LETTERS", "66"))
"""`make replay` asks for ten thousand."""

KILLED_LETTERS = max(24, LETTERS // 100)
"""In transactions of two letters a second until they are killed; the last replay sends the rest."""

PATIENCE_SECONDS = 60 + LETTERS / 50

GOOD = [each.value or b"" for each in Stream(Recipe(), seed=7).take(400, 1_795_000_000_000)]
LIMITS = Limits(event_bytes=4096)
PATIENT = {"BATCH_SIZE": "100", "MAX_BATCH_SIZE": "2000", "MAX_EVENT_BYTES": str(LIMITS.event_bytes)}
REFUSED = 3
"""Valid events that the warehouse refuses; each is looked for by halving a batch, so that they are few."""
MOMENTS = ("events:after", "marks:after", "commit:after")
"""Right before a step is right after the one before it; before any event is sent there is nothing to send twice."""

_numbers = itertools.count()
_FORKS = multiprocessing.get_context("fork")


def test_letters_of_every_reason_mended_and_sent_again_land_once(scene: Scene) -> None:
    """Malformed events of every reason, mended by repairs and by hand, are in the table once each."""
    _make_narrow_table(scene)
    originals = _turned_away(scene, LETTERS, REFUSED)
    assert {letter.reason for letter in _letters(scene)} == set(Reason)
    found_in_messages = Selection(reasons=frozenset(Reason) - {Reason.REFUSED_BY_WAREHOUSE})
    by_repair = _replay(scene, Correction(repairs=NAMES, limits=LIMITS), selection=found_in_messages)
    mended = by_repair.tally.outcomes[Outcome.SENT]
    assert 0 < mended < LETTERS
    assert by_repair.tally.matched == LETTERS - REFUSED
    edits = {identity(letter.source): originals[letter.name] for letter in _letters(scene)}
    by_hand = _replay(scene, Correction(edits=edits), name="by-hand")
    assert by_hand.tally.outcomes == {Outcome.SENT: LETTERS - mended, Outcome.REPLAYED_BEFORE: mended, **_none(by_hand)}
    again = _replay(scene, Correction(edits=edits))
    assert again.tally.outcomes[Outcome.REPLAYED_BEFORE] == LETTERS
    begun_again = _replay(scene, Correction(edits=edits), name="by-hand")  # as a Job's next pod does
    assert begun_again.tally.outcomes == by_hand.tally.outcomes
    _landed_once(scene, originals, by_repair.tally.outcomes[Outcome.SENT])
    replayed = scene.query(f"SELECT COUNT(*) FROM {scene.names.rejected} WHERE REPLAYED_AT IS NOT NULL")  # noqa: S608
    assert int(replayed[0][0]) == LETTERS


def test_a_replay_that_is_killed_sends_nothing_twice(scene: Scene) -> None:
    """Killed right before or right after any of its steps and begun again, a replay sends each letter once."""
    originals = _turned_away(scene, KILLED_LETTERS)
    edits = {identity(letter.source): originals[letter.name] for letter in _letters(scene)}
    for moment in MOMENTS:
        _killed(scene, edits, moment)
    report = _replay(scene, Correction(edits=edits))
    assert report.tally.matched == len(originals)
    assert report.tally.outcomes[Outcome.REPLAYED_BEFORE] > 0
    _landed_once(scene, originals, 0)


def test_of_two_replays_at_once_only_one_sends(scene: Scene) -> None:
    """Somebody begins a replay while another one runs: the earlier one stops and says so, and nothing is sent twice."""
    originals = _turned_away(scene, 20)
    edits = {identity(letter.source): originals[letter.name] for letter in _letters(scene)}
    late: list[Report] = []

    @contextmanager
    def step(name: str) -> Iterator[None]:
        """The other one begins, and ends, while this one is in the middle of a transaction."""
        if name == "marks" and not late:
            late.append(_replay(scene, Correction(edits=edits)))
        yield

    early = Replay(_order(scene, Correction(edits=edits)), _topic(scene), _rejects(scene), lambda _: None)
    with pytest.raises(Overtaken, match="Another replay"):
        early.send(_sender(scene), step)
    assert late[0].tally.outcomes[Outcome.SENT] == len(originals)
    _landed_once(scene, originals, 0)


def test_a_letter_that_was_not_committed_is_left_alone(scene: Scene) -> None:
    """A letter whose event was loaded after all, or is still on its way, is not sent: it would be there twice."""
    scene.send([Sent(b"1", b"{", [])])
    killed = scene.consumer(KILL_AT="letters:after:1", GROUP_INSTANCE_ID="pod-0")
    assert killed.ended() == -signal.SIGKILL
    edits = {identity(letter.source): GOOD[0] for letter in _letters(scene)}
    assert _replay(scene, Correction(edits=edits)).tally.outcomes[Outcome.UNSETTLED] == 1
    scene.consumer(GROUP_INSTANCE_ID="pod-0")
    scene.wait_until_landed()
    report = _replay(scene, Correction(edits=edits))
    assert report.folded.repeats == 1
    assert report.tally.matched == report.tally.outcomes[Outcome.SENT] == 1


def test_a_rewind_does_not_forget_what_was_replayed(scene: Scene) -> None:
    """A letter was sent again, its topic rewound, and its mark is gone with retention: it is not sent twice."""
    scene.send([Sent(b"1", b"{", [])])
    consumer = scene.consumer(AUDIT_INTERVAL_SECONDS="0")
    scene.wait_until_landed()
    edits = {identity(letter.source): GOOD[0] for letter in _letters(scene)}
    assert _replay(scene, Correction(edits=edits)).tally.outcomes[Outcome.SENT] == 1
    eventually(lambda: _count(scene, "target") == 1, "the replayed event landed")
    consumer.stop()
    marked = scene.cluster.end_offsets(scene.dead_letter_topic, [0])
    config = {"bootstrap.servers": scene.broker.bootstrap}
    login = {**scene.login, "SNOWFLAKE_TABLE": scene.table}
    place = Place(scene.topic, scene.dead_letter_topic, f"{scene.topic}-group", config, login)
    ledger = Ledger(place, idle_seconds=0)
    rewinding = [each for each in ledger.rewinding(Target(offset=0), allow_gap=False) if not isinstance(each, Refusal)]
    assert ledger.carry_out(rewinding, "rewind") == ""
    scene.cluster.delete_records_before(scene.dead_letter_topic, marked)
    scene.consumer(AUDIT_INTERVAL_SECONDS="0")
    eventually(lambda: (_count(scene, "target"), _count(scene, "rejected")) == (1, 1), "all is loaded again")
    assert _replay(scene, Correction(edits=edits)).tally.outcomes == {Outcome.REPLAYED_BEFORE: 1}
    assert scene.audit().holds


def test_an_event_that_comes_back_is_a_letter_of_the_next_attempt(scene: Scene) -> None:
    """What is turned away again can be sent again, keeps its own headers, and is given up after so many attempts."""
    _make_narrow_table(scene)
    order = next(each for each in GOOD if b"ORDER_CREATED" in each)
    refused = json.dumps({**json.loads(order), "customer_id": 10**9}).encode()
    scene.send([Sent(b"7", refused, [("trace", b"a")]), Sent(b"7", GOOD[1], [])])
    scene.consumer(AUDIT_INTERVAL_SECONDS="0")
    for attempt in (1, 2, 3):
        eventually(lambda: max((each.attempt for each in _letters(scene)), default=0) == attempt, f"attempt {attempt}")  # noqa: B023
        eventually(lambda: _count(scene, "rejected") == attempt, f"{attempt} rejects")  # noqa: B023
        report = _replay(scene, Correction(most_attempts=3))
    assert report.tally.outcomes == {Outcome.REPLAYED_BEFORE: 2, Outcome.TOO_OFTEN: 1}
    last = max(_letters(scene), key=lambda each: each.attempt)
    assert (last.key, last.value, last.headers[0]) == (b"7", refused, ("trace", b"a"))
    assert Counter(name for name, _ in last.headers) == Counter(
        ["trace", *(f"winepipeline.{name}" for name in ("attempt", "replay_of", "repairs", "replay"))]
    )
    assert scene.audit().holds


def _make_narrow_table(scene: Scene) -> None:
    """One that refuses customers of ten digits, which the validation takes."""
    scene.query(f"CREATE DATABASE IF NOT EXISTS {scene.names.database}")
    scene.query(f"CREATE SCHEMA IF NOT EXISTS {scene.names.schema}")
    scene.query(
        f"CREATE TABLE {scene.names.target} (EVENT_TYPE VARCHAR(50), PRODUCT_ID INTEGER, CUSTOMER_ID NUMBER(9,0), "
        "EVENT_METADATA OBJECT, EVENT_CONTENT VARIANT, INGESTION_TIME TIMESTAMP_LTZ)"
    )


def _turned_away(scene: Scene, count: int, refused: int = 0) -> dict[str, bytes]:
    """Send malformed events until so many were turned away; from each one's place to the event that was meant."""
    reasons = {reason: [flaw for flaw in FLAWS if flaw.reason is reason] for reason in Reason}
    reasons[Reason.TOO_LARGE] = [Flaw(Reason.TOO_LARGE, "a long note", _with_a_long_note)]
    flaws = [each for each in reasons.values() if each]
    meant: list[bytes] = []
    for number in range(count):
        of_reason = flaws[number % len(flaws)]
        flaw = of_reason[number // len(flaws) % len(of_reason)]
        fitting = [each for each in GOOD if flaw.event_type is None or flaw.event_type.encode() in each]
        event = json.loads(fitting[number % len(fitting)])
        meant.append(
            json.dumps({**event, "event_id": f"meant-{number}"}, ensure_ascii=False, separators=(",", ":")).encode()
        )
        spoilt = _of_a_customer_too_many(meant[-1]) if number < refused else flaw.spoil(meant[-1])
        scene.send_later(Sent(b"%d" % (number % 7), spoilt, [("number", b"%d" % number)]))
    scene.flush()
    scene.consumer(**PATIENT)
    scene.wait_until_landed(PATIENCE_SECONDS)
    by_number = {int(dict(sent.headers)["number"] or b"0"): place for place, sent in scene.sent.items()}
    return {"{}:{}".format(*by_number[number]): event for number, event in enumerate(meant)}


def _with_a_long_note(event: bytes) -> bytes:
    return event[:-1] + b',"note":"' + b"x" * LIMITS.event_bytes + b'"}'


def _of_a_customer_too_many(event: bytes) -> bytes:
    """A valid event that the narrow table refuses."""
    order = event if b"ORDER_CREATED" in event else next(each for each in GOOD if b"ORDER_CREATED" in each)
    return json.dumps({**json.loads(order), "customer_id": 10**9}).encode()


def _landed_once(scene: Scene, originals: dict[str, bytes], at_least: int) -> None:
    """Every event that was meant is in the table once, and the audit holds up to the topic's end."""
    ids = sorted(json.loads(each)["event_id"] for each in originals.values())
    eventually(lambda: _count(scene, "target") >= len(ids), "all replayed events landed", PATIENCE_SECONDS, 0.2)
    rows = scene.query(f"SELECT EVENT_CONTENT:event_id::VARCHAR FROM {scene.names.target}")  # noqa: S608
    landed = sorted(str(row[0]) for row in rows)
    assert Counter(landed).most_common(1)[0][1] == 1
    assert len(landed) == len(ids) >= at_least
    audit = eventually(lambda: (found := scene.audit()).total("in_flight") == 0 and found, "holes are passed over")
    assert audit.holds
    assert audit.total("loaded") + audit.total("rejected") == len(ids) * 2


def _killed(scene: Scene, edits: Mapping[str, bytes | None], moment: str) -> None:
    """A replay, two letters in a transaction, that is killed in its second transaction."""

    def run() -> None:
        work = Replay(_order(scene, Correction(edits=edits), rate=2.0), _topic(scene), _rejects(scene), lambda _: None)
        work.send(_sender(scene), step=_Killer(moment).step)

    process = _FORKS.Process(target=run)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, moment


class _Killer:
    """Kills the process at `step:moment`, the second time."""

    def __init__(self, moment: str) -> None:
        self._moment = moment
        self._seen: Counter[str] = Counter()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Wraps a step."""
        self._kill(f"{name}:before")
        yield
        self._kill(f"{name}:after")

    def _kill(self, moment: str) -> None:
        self._seen[moment] += 1
        if moment == self._moment and self._seen[moment] == 2:
            os.kill(os.getpid(), signal.SIGKILL)


def _replay(
    scene: Scene,
    correction: Correction,
    name: str = "",
    selection: Selection = Selection(),  # noqa: B008 - frozen
) -> Report:
    order = dataclasses.replace(_order(scene, correction, name=name), selection=selection)
    return Replay(order, _topic(scene), _rejects(scene), lambda _: None).send(_sender(scene))


def _order(scene: Scene, correction: Correction, rate: float = 50_000.0, name: str = "") -> Order:
    name = name or f"replay-{os.getpid()}-{next(_numbers)}"
    return Order(scene.topic, scene.dead_letter_topic, correction=correction, events_per_second=rate, name=name)


def _sender(scene: Scene) -> Sender:
    return Sender({"bootstrap.servers": scene.broker.bootstrap}, f"replay-{scene.topic}")


def _topic(scene: Scene) -> LetterTopic:
    return LetterTopic({"bootstrap.servers": scene.broker.bootstrap}, scene.dead_letter_topic)


def _rejects(scene: Scene) -> Rejects:
    return Rejects({**scene.login, "SNOWFLAKE_TABLE": scene.table}, scene.topic)


def _letters(scene: Scene) -> list[Letter]:
    return [letter for raw in _topic(scene).messages() if isinstance(letter := opened(raw), Letter)]


def _count(scene: Scene, table: str) -> int:
    return int(scene.query(f"SELECT COUNT(*) FROM {getattr(scene.names, table)}")[0][0])  # noqa: S608


def _none(report: Report) -> dict[Outcome, int]:
    """The outcomes that occurred to nobody, as a Counter has them once it was asked."""
    return {outcome: 0 for outcome, count in report.tally.outcomes.items() if not count}
