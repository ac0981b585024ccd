"""The forms of the resource's strings: each a pattern for machines, and words that say the same to a person."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, WithJsonSchema

LARGEST_ID = 999_999_999
"""Bounds product and customer ids, so that they stay plain integers everywhere on their way."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a string may look like, in words."""

    words: str


TopicName = Annotated[
    str,
    Field(min_length=1, max_length=249, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$"),
    Form("letters, digits, '.', '_' and '-', at most 249, not '.' first"),
]
GroupId = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._-]+$"),
    Form("letters, digits, '.', '_' and '-', at most 200"),
]
TopicId = Annotated[
    str,
    Field(min_length=22, max_length=22, pattern=r"^[A-Za-z0-9_-]+$"),
    Form("the 22 characters that Kafka shows as the topic's id (letters, digits, '_' and '-')"),
]
BootstrapServers = Annotated[
    str,
    Field(min_length=3, max_length=2000, pattern=r"^[A-Za-z0-9._-]+:[0-9]{1,5}(,[A-Za-z0-9._-]+:[0-9]{1,5})*$"),
    Form("host:port, several separated by commas without spaces"),
]
SecretName = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"),
    Form("a Secret's name: lower-case letters, digits, '-' and '.'"),
]
SecretKey = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$"),
    Form("a key of a Secret: letters, digits, '-', '_' and '.'"),
]
StorageSize = Annotated[
    str,
    Field(min_length=1, max_length=20, pattern=r"^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$"),
    Form("a whole number of bytes with a unit: Ki, Mi, Gi, Ti, Pi, or k, M, G, T, P"),
]
StorageClassName = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"),
    Form("a StorageClass's name: lower-case letters, digits, '-' and '.'"),
]
Account = Annotated[
    str,
    Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"),
    Form("the account's identifier, organization-account: letters, digits, '-', '_' and '.'"),
]
Identifier = Annotated[
    str,
    Field(min_length=1, max_length=255, pattern=r"^[A-Za-z_][A-Za-z0-9_$]*$"),
    Form("an unquoted Snowflake identifier: letters, digits, '_' and '$', not a digit first"),
]
TableName = Annotated[
    str,
    Field(min_length=1, max_length=240, pattern=r"^[A-Za-z_][A-Za-z0-9_$]*$"),
    Form("an unquoted Snowflake identifier of at most 240 characters (the ledger's name is this one with a suffix)"),
]
IdRange = Annotated[
    tuple[
        Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)],
        Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)],
    ],
    Field(strict=False),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
            "minItems": 2,
            "maxItems": 2,
        }
    ),
    Form("two whole numbers: the first and the last id"),
]
