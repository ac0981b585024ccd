"""References to Secrets: the resource names them, it never holds what is in them."""

from pydantic import Field

from winepipeline_operator.spec.form import SecretKey, SecretName
from winepipeline_operator.spec.part import Part


class SecretReference(Part):
    """A Secret in the namespace of the resource."""

    name: SecretName = Field(description="The Secret's name.", examples=["kafka-user"])


class SecretKeyReference(Part):
    """One key of a Secret in the namespace of the resource."""

    name: SecretName = Field(description="The Secret's name.", examples=["kafka-ca"])
    key: SecretKey = Field(default="ca.crt", description="The key that holds the value.", examples=["ca.crt"])
