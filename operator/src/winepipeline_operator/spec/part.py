"""What every part of the resource is: frozen, camelCase in YAML, closed to unknown fields, true to its rules."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from winepipeline_operator.spec.rule import Rule, Transition

BROKEN_RULES = "broken_rules"
"""The type of the validation error that carries the names of a part's broken rules in its context, as `rules`."""


class Part(BaseModel):
    """A part of the WinePipeline resource.

    Values are taken strictly, as the API server takes them: `"6"` is no integer. A part is built from what the YAML
    says (`Part.model_validate(mapping)`), so the field names there are the only ones; Python reads them in snake_case.

    Raises:
        pydantic.ValidationError: a field is unknown, missing or out of bounds, or a rule of the part is broken.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        alias_generator=to_camel,
        use_attribute_docstrings=False,
    )

    cross_field_rules: ClassVar[tuple[Rule[Any], ...]] = ()
    transition_rules: ClassVar[tuple[Transition[Any], ...]] = ()

    @model_validator(mode="after")
    def _hold_the_rules(self) -> Self:
        broken = [rule for rule in type(self).cross_field_rules if not rule.holds(self)]
        if broken:
            raise PydanticCustomError(
                BROKEN_RULES,
                "{message}",
                {"message": "; ".join(rule.message for rule in broken), "rules": [rule.name for rule in broken]},
            )
        return self
