"""The WinePipeline resource: one model for the CRD, `winepipeline lint`, the operator and the local runtime.

    WinePipeline            resource.py
    └── spec: Spec          desired.py
        ├── topic, deadLetterTopic    topic.py
        ├── broker                    broker.py (redpanda.py, external.py)
        ├── producer                  producer.py
        ├── consumer (scaling)        consumer.py
        ├── warehouse                 warehouse.py
        ├── backfill                  backfill.py
        └── monitoring                monitoring.py

Every part is a `Part` (part.py); rules over several fields stand with the part they belong to, as data (rule.py).
"""

from winepipeline_operator.spec.desired import Spec
from winepipeline_operator.spec.part import BROKEN_RULES, Part
from winepipeline_operator.spec.resource import (
    API_VERSION,
    GROUP,
    KIND,
    PLURAL,
    SHORT_NAME,
    VERSION,
    Metadata,
    WinePipeline,
)
from winepipeline_operator.spec.rule import Rule, Transition

__all__ = [
    "API_VERSION",
    "BROKEN_RULES",
    "GROUP",
    "KIND",
    "PLURAL",
    "SHORT_NAME",
    "VERSION",
    "Metadata",
    "Part",
    "Rule",
    "Spec",
    "Transition",
    "WinePipeline",
]
