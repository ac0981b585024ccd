"""Redpanda, run by the operator in the cluster."""

from typing import ClassVar, Literal

from pydantic import Field

from winepipeline_operator.quantity import bytes_of
from winepipeline_operator.spec.form import StorageClassName, StorageSize
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Transition


class Storage(Part):
    """The volume of each broker."""

    size: StorageSize = Field(
        default="5Gi", description="How large each broker's volume is. It may grow, never shrink.", examples=["5Gi"]
    )

    storage_class_name: StorageClassName | None = Field(
        default=None,
        description="The StorageClass of the volumes; without it the cluster's default one. It cannot change later; "
        "one with `allowVolumeExpansion: true` lets `size` grow.",
        examples=["ssd"],
    )

    transition_rules: ClassVar[tuple[Transition["Storage"], ...]] = (
        Transition(
            name="storage-class-immutable",
            field="storageClassName",
            cel="has(self.storageClassName) == has(oldSelf.storageClassName) && "
            "(!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)",
            message="a volume's StorageClass cannot be changed: write the one that was there; "
            "for another one create a second WinePipeline and delete this one when it is drained",
            holds=lambda old, new: new.storage_class_name == old.storage_class_name,
        ),
        Transition(
            name="storage-never-shrinks",
            field="size",
            cel="quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0",
            message="a volume cannot shrink: write at least the size that was there",
            holds=lambda old, new: bytes_of(new.size) >= bytes_of(old.size),
        ),
    )


class Console(Part):
    """Redpanda's web console: topics, messages and consumer groups to look at."""

    enabled: bool = Field(default=True, description="Whether the console runs.", examples=[True])


class Redpanda(Part):
    """A Redpanda cluster that the operator runs."""

    replicas: Literal[1, 3, 5, 7, 9] = Field(
        default=1,
        description="How many brokers run: an odd number, since they vote. 3 survives the loss of one. "
        "It may grow, never shrink.",
        examples=[3],
    )
    storage: Storage = Field(default=Storage(), description="The volume of each broker.", examples=[{"size": "5Gi"}])
    console: Console = Field(default=Console(), description="Redpanda's web console.", examples=[{"enabled": True}])

    transition_rules: ClassVar[tuple[Transition["Redpanda"], ...]] = (
        Transition(
            name="brokers-never-shrink",
            field="replicas",
            cel="self.replicas >= oldSelf.replicas",
            message="brokers cannot be taken away: their events would go with them; "
            "write at least the number that was there",
            holds=lambda old, new: new.replicas >= old.replicas,
        ),
    )
