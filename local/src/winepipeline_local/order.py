"""What a person asked `winepipeline up` for: the resource, and what the flags say otherwise. Pure."""

from dataclasses import dataclass
from pathlib import Path

from winepipeline_local.plan import Counts, counts
from winepipeline_operator.spec import WinePipeline


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of `winepipeline up`; None where one was not given.

    Attributes:
        program: how this command was called, for the commands that are offered to type next.
    """

    file: Path | None = None
    state: Path | None = None
    fresh: bool = False
    run_seconds: float | None = None
    consumers: int | None = None
    events_per_second: float | None = None
    producer: bool = True
    json: bool = False
    prometheus: bool = False
    program: str = "winepipeline"

    def again(self, command: str) -> str:
        """A command line that concerns the same pipeline: `winepipeline audit -f FILE --state DIR`."""
        words = [self.program, command]
        words += ["-f", str(self.file)] if self.file else []
        words += ["--state", str(self.state)] if self.state else []
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Order:
    """The resource with the flags' changes in it, and how many of each service run at first.

    Attributes:
        scaled: whether somebody decides how many consumers run, or recommends it.
    """

    pipeline: WinePipeline
    how_many: Counts
    flags: Flags
    scaled: bool = True


def order(pipeline: WinePipeline, flags: Flags) -> Order:
    """The flags win over the resource."""
    if flags.events_per_second is not None:
        pace = {"events_per_second": flags.events_per_second, "event_generation_delay_seconds": None}
        producer = pipeline.spec.producer.model_copy(update=pace)
        pipeline = pipeline.model_copy(update={"spec": pipeline.spec.model_copy(update={"producer": producer})})
    if pipeline.spec.consumer.scaling.mode == "Keda":  # there is none here
        scaling = pipeline.spec.consumer.scaling.model_copy(update={"mode": "Builtin"})
        consumer = pipeline.spec.consumer.model_copy(update={"scaling": scaling})
        pipeline = pipeline.model_copy(update={"spec": pipeline.spec.model_copy(update={"consumer": consumer})})
    asked = counts(pipeline)
    how_many = Counts(
        producers=asked.producers if flags.producer else 0,
        consumers=asked.consumers if flags.consumers is None else flags.consumers,
    )
    mode = pipeline.spec.consumer.scaling.mode
    return Order(pipeline, how_many, flags, mode != "Off" and flags.consumers is None and not pipeline.spec.paused)
