"""The resource as a whole: what `kubectl apply` takes and `winepipeline up` reads."""

import re
from typing import Any, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from winepipeline_operator.spec.desired import Spec
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Rule

GROUP: Final = "caves-albert.io"
VERSION: Final = "v1alpha1"
API_VERSION: Final = "caves-albert.io/v1alpha1"
KIND: Final = "WinePipeline"
PLURAL: Final = "winepipelines"
SHORT_NAME: Final = "wp"

LONGEST_NAME = 40
_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?", re.ASCII)


class Metadata(Part):
    """What this project reads of a Kubernetes object's metadata; the rest is Kubernetes' own and let through."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(
        description="The pipeline's name; the names of all that belongs to it begin with it.", examples=["albert"]
    )
    namespace: str = Field(default="default", description="The namespace.", examples=["wine"])
    uid: str = Field(default="", description="Given by the API server.", examples=[""])
    generation: int = Field(
        default=0, description="Counts the changes of the spec; given by the API server.", examples=[1]
    )
    labels: dict[str, str] = Field(default={}, description="Labels.", examples=[{"team": "cellar"}])
    annotations: dict[str, str] = Field(
        default={}, description="Annotations.", examples=[{"caves-albert.io/pause-reconciliation": "true"}]
    )


class WinePipeline(Part):
    """A pipeline that carries sales events from Kafka into Snowflake exactly once."""

    api_version: Literal["caves-albert.io/v1alpha1"] = Field(
        description="The version of this form of the resource.", examples=["caves-albert.io/v1alpha1"]
    )
    kind: Literal["WinePipeline"] = Field(description="Always WinePipeline.", examples=["WinePipeline"])
    metadata: Metadata = Field(
        description="The name, and whatever else Kubernetes keeps there.", examples=[{"name": "albert"}]
    )
    spec: Spec = Field(
        description="The pipeline as it is wanted.",
        examples=[{"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}}],
    )
    status: dict[str, Any] = Field(
        default={}, description="The pipeline as it is; written by the operator alone.", examples=[{}]
    )

    cross_field_rules: ClassVar[tuple[Rule["WinePipeline"], ...]] = (
        Rule(
            name="short-plain-name",
            field="metadata.name",
            cel=f"self.metadata.name.size() <= {LONGEST_NAME} && "
            "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
            message=f"metadata.name begins the names of Services and Pods: write at most {LONGEST_NAME} "
            "lower-case letters, digits and '-', a letter first, no '-' last",
            holds=lambda pipeline: (
                len(pipeline.metadata.name) <= LONGEST_NAME and _NAME.fullmatch(pipeline.metadata.name) is not None
            ),
        ),
    )
