"""A part of the resource as the structural OpenAPI schema that a CRD wants.

What may stand in such a schema: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/
custom-resource-definitions/#specifying-a-structural-schema. Rules become `x-kubernetes-validations`.
"""

import inspect
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from winepipeline_operator.spec import Part, WinePipeline
from winepipeline_operator.spec.tree import fields, item_type_of, part_type_of, rules_of

Schema = dict[str, Any]

LARGEST_INT32 = 2**31 - 1
_NOT_STRUCTURAL = ("title", "examples", "default", "const", "additionalProperties")


def structural_schema(part: type[Part]) -> Schema:
    """The schema of a part and all that is in it."""
    leaves = part.model_json_schema(by_alias=True).get("properties", {})
    schema: Schema = {"type": "object", "description": inspect.cleandoc(part.__doc__ or "")}
    of_fields = {name: _field(field, leaves[name]) for name, field in fields(part).items()}
    required = [name for name, field in fields(part).items() if field.is_required()]
    if of_fields:
        schema["properties"] = of_fields
    if required:
        schema["required"] = required
    if rules_of(part):
        schema["x-kubernetes-validations"] = validations(part)
    return schema


def validations(part: type[Part]) -> list[Schema]:
    """A part's rules as the API server takes them."""
    return [{"rule": rule.cel, "message": rule.message, **_field_path(part, rule.field)} for rule in rules_of(part)]


def _field_path(part: type[Part], field: str) -> Schema:
    # A CRD says nothing of what is in the metadata, so no rule may point there.
    return {} if part is WinePipeline else {"fieldPath": f".{field}"}


def _field(field: FieldInfo, leaf: Schema) -> Schema:
    inner, item = part_type_of(field), item_type_of(field)
    if inner is not None:
        return {**structural_schema(inner), "description": field.description, **_stated_default(field)}
    if item is not None:
        keys = [next(iter(fields(item)))]
        as_map = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}
        bounds = {"maxItems": leaf["maxItems"]}
        return {"type": "array", "description": field.description, "items": structural_schema(item), **bounds, **as_map}
    return {"description": field.description, **_leaf(leaf), **_stated_default(field)}


def _leaf(schema: Schema) -> Schema:
    """Pydantic's schema of a plain value, without what a structural schema may not have."""
    alternatives = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    merged = {**schema, **(alternatives[0] if alternatives else {})}
    plain = {key: value for key, value in merged.items() if key not in (*_NOT_STRUCTURAL, "anyOf", "description")}
    if isinstance(schema.get("additionalProperties"), dict):
        plain["additionalProperties"] = schema["additionalProperties"]
    if "exclusiveMinimum" in plain:
        # As in OpenAPI 3.0; a fractional minimum would not do, the API server drops the fraction for whole numbers.
        plain |= {"minimum": plain["exclusiveMinimum"], "exclusiveMinimum": True}
    if plain["type"] == "integer":
        largest = max([plain.get("maximum", 0), *plain.get("enum", [])])
        plain["format"] = "int32" if 0 < largest <= LARGEST_INT32 else "int64"
    return plain


def _stated_default(field: FieldInfo) -> Schema:
    if field.default is None or field.default is PydanticUndefined:
        return {}
    if isinstance(field.default, Part):
        # In full: the API server tries a part's rules on its default before it fills in the defaults within.
        return {"default": field.default.model_dump(mode="json", by_alias=True, exclude_none=True)}
    return {"default": list(field.default) if isinstance(field.default, tuple) else field.default}
