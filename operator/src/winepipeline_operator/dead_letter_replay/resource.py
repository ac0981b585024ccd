"""The DeadLetterReplay resource: which letters, how they are mended, how fast, and whether for good."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from winepipeline_operator.spec.form import Form
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.resource import Metadata
from winepipeline_operator.spec.rule import Rule, Transition
from winepipeline_operator.spec.status import Condition, Time

KIND: Final = "DeadLetterReplay"
PLURAL: Final = "deadletterreplays"
SHORT_NAME: Final = "dlr"

ReasonName = Literal[
    "EmptyValue",
    "NotUtf8",
    "NotJson",
    "NotAnObject",
    "UnknownType",
    "MissingField",
    "WrongType",
    "OutOfRange",
    "Inconsistent",
    "TooLarge",
    "TooDeep",
    "RefusedByWarehouse",
]
"""As the consumers give them; a test holds them in step with `winepipeline_events.reason`."""

RepairName = Literal[
    "utf16-to-utf8",
    "latin1-to-utf8",
    "python-to-json",
    "drop-trailing-commas",
    "trim-to-json",
    "unwrap",
    "infer-event-type",
    "fold-case",
    "drop-unknown-fields",
    "fill-schema-version",
    "fill-event-id",
    "fill-timestamp",
    "assume-utc",
    "coerce-numbers",
    "recompute-total",
    "fix-sign",
]
"""In step with `winepipeline_events.repair` by a test; docs/how-to/dead-letters.md says what each does."""

PipelineName = Annotated[
    str,
    Field(min_length=1, max_length=40, pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$"),
    Form("a WinePipeline's name: at most 40 lower-case letters, digits and '-', a letter first"),
]
Moment = Annotated[
    str,
    Field(max_length=40, pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$"),
    Form("a time with its zone (RFC 3339), for example 2026-11-24T08:30:00Z"),
]


class PipelineRef(Part):
    """Which pipeline."""

    name: PipelineName = Field(description="The WinePipeline's name, in the same namespace.", examples=["albert"])


class LetterFilter(Part):
    """Which letters: those that fit all that is given; without anything all."""

    reasons: tuple[ReasonName, ...] = Field(
        default=(),
        strict=False,
        max_length=12,
        description="Turned away for one of these reasons.",
        examples=[["NotJson"]],
    )
    event_type: Literal["ORDER_CREATED", "INVENTORY_ADJUSTED"] | None = Field(
        default=None, description="Events of this type, as far as a letter shows one.", examples=["ORDER_CREATED"]
    )
    since: Moment | None = Field(
        default=None, description="Turned away at this time or later.", examples=["2026-11-24T08:00:00Z"]
    )
    until: Moment | None = Field(
        default=None, description="Turned away before this time.", examples=["2026-11-24T09:00:00Z"]
    )
    partition: int | None = Field(
        default=None, ge=0, le=100_000, description="From this partition of the events' topic.", examples=[3]
    )
    from_offset: int | None = Field(
        default=None, ge=0, description="At this offset of the partition or behind it.", examples=[120_000]
    )
    to_offset: int | None = Field(
        default=None, ge=0, description="Before this offset of the partition.", examples=[130_000]
    )

    cross_field_rules: ClassVar[tuple[Rule["LetterFilter"], ...]] = (
        Rule(
            name="offsets-of-a-partition",
            field="partition",
            cel="has(self.partition) || !(has(self.fromOffset) || has(self.toOffset))",
            message="fromOffset and toOffset mean something in one partition only: write partition too",
            holds=lambda each: each.partition is not None or (each.from_offset is None and each.to_offset is None),
        ),
    )


class ReplaySpec(Part):
    """What is to be sent again."""

    pipeline_ref: PipelineRef = Field(description="Which pipeline.", examples=[{"name": "albert"}])
    filter: LetterFilter = Field(
        default=LetterFilter(), description="Which of its dead letters.", examples=[{"reasons": ["NotJson"]}]
    )
    repairs: tuple[RepairName, ...] = Field(
        default=(),
        strict=False,
        max_length=20,
        description="What may be mended before a letter is sent. What is no event afterwards is not sent. "
        "Without any, only letters are sent that are valid as they stand.",
        examples=[["trim-to-json", "coerce-numbers"]],
    )
    events_per_second: int = Field(
        default=100, ge=1, le=100_000, description="At most so many letters are sent in a second.", examples=[100]
    )
    dry_run: bool = Field(
        default=True,
        description="True only counts what would be sent. Set it to false to send; it cannot be taken back.",
        examples=[False],
    )

    transition_rules: ClassVar[tuple[Transition["ReplaySpec"], ...]] = (
        Transition(
            name="replay-fixed",
            field="filter",
            cel="self.pipelineRef == oldSelf.pipelineRef && self.filter == oldSelf.filter "
            "&& self.repairs == oldSelf.repairs && self.eventsPerSecond == oldSelf.eventsPerSecond",
            message="a replay does not change under way: only dryRun may; create another DeadLetterReplay instead",
            holds=lambda old, new: (
                (old.pipeline_ref, old.filter, old.repairs, old.events_per_second)
                == (new.pipeline_ref, new.filter, new.repairs, new.events_per_second)
            ),
        ),
        Transition(
            name="replay-for-good",
            field="dryRun",
            cel="oldSelf.dryRun || !self.dryRun",
            message="what has been sent cannot be taken back: create another DeadLetterReplay for a dry run",
            holds=lambda old, new: old.dry_run or not new.dry_run,
        ),
    )


class ReplayCounts(Part):
    """How many letters, by what became of them; a letter that is there twice counts once."""

    matched: int = Field(default=0, ge=0, description="Fit the filter.", examples=[120])
    sent: int = Field(default=0, ge=0, description="Were sent to the events' topic by this replay.", examples=[100])
    sendable: int = Field(default=0, ge=0, description="Are still to be sent, or would be in a dry run.", examples=[0])
    repaired: int = Field(default=0, ge=0, description="Of those two, how many were mended first.", examples=[90])
    invalid: int = Field(default=0, ge=0, description="Are no events even after the repairs.", examples=[15])
    replayed_before: int = Field(default=0, ge=0, description="Had been sent by an earlier replay.", examples=[5])
    unsettled: int = Field(
        default=0, ge=0, description="Are not in the table of rejects: nothing was lost, or not yet.", examples=[0]
    )


class ReplayStatus(Part):
    """The replay as it is; the operator alone writes it."""

    observed_generation: int = Field(
        default=0, ge=0, description="The generation of the resource that the status speaks of.", examples=[1]
    )
    phase: Literal["Pending", "DryRun", "DryRunDone", "Replaying", "Succeeded", "Failed"] = Field(
        default="Pending", description="How far it has come.", examples=["Succeeded"]
    )
    counts: ReplayCounts = Field(
        default=ReplayCounts(), description="How many letters, by what became of them.", examples=[{"matched": 120}]
    )
    message: str = Field(
        default="", max_length=4096, description="The same in a sentence, with what to do next.", examples=["100 sent"]
    )
    started_at: Time | None = Field(default=None, description="When the Job began.", examples=["2026-11-24T01:47:42Z"])
    finished_at: Time | None = Field(default=None, description="When the Job ended.", examples=["2026-11-24T01:48:42Z"])
    conditions: tuple[Condition, ...] = Field(
        default=(), max_length=10, description="Complete and Failed, each with its reason.", examples=[[]]
    )


class DeadLetterReplay(Part):
    """Dead letters of a pipeline that are sent to its topic again, mended, once each."""

    api_version: Literal["caves-albert.io/v1alpha1"] = Field(
        description="The version of this form of the resource.", examples=["caves-albert.io/v1alpha1"]
    )
    kind: Literal["DeadLetterReplay"] = Field(description="Always DeadLetterReplay.", examples=["DeadLetterReplay"])
    metadata: Metadata = Field(
        description="The name, and whatever else Kubernetes keeps there.", examples=[{"name": "mend-prices"}]
    )
    spec: ReplaySpec = Field(description="What is to be sent again.", examples=[{"pipelineRef": {"name": "albert"}}])
    status: dict[str, object] = Field(
        default={}, description="The replay as it is; written by the operator alone.", examples=[{}]
    )
