"""What a field may hold, in words: for the linter's findings and for the reference page."""

from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from winepipeline_operator.spec.form import Form
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.tree import fields


def allowed_in(field: FieldInfo, *, item: bool = False) -> str:
    """What the field may hold, such as `a whole number from 1 to 1000`; or each item of its list or map."""
    annotation, constraints = _essence(field.annotation, list(field.metadata))
    if item and get_origin(annotation) in (dict, tuple):
        annotation, constraints = _essence(get_args(annotation)[-1], [])
    return _described(annotation, constraints)


def fields_of(part: type[Part]) -> str:
    """Which fields a part has."""
    names = list(fields(part))
    if not names:
        return "an empty mapping, {}"
    return f"a mapping with the field{'s' if len(names) > 1 else ''} {', '.join(names)}"


_PLAIN: dict[Any, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def _described(annotation: Any, constraints: list[Any]) -> str:
    form = next((constraint for constraint in constraints if isinstance(constraint, Form)), None)
    if form is not None:
        return form.words
    if get_origin(annotation) is Literal:
        *others, last = [str(value) for value in get_args(annotation)]
        return f"{', '.join(others)} or {last}" if others else last
    if get_origin(annotation) is tuple and get_origin(get_args(annotation)[0]) is Literal:
        return f"a list of {_described(get_args(annotation)[0], [])}"
    if get_origin(annotation) is dict and get_args(annotation)[1] in (Any, object):
        return "a mapping"
    if get_origin(annotation) is dict:
        return f"a mapping of names to text ({_described(*_essence(get_args(annotation)[1], []))})"
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return fields_of(annotation)
    return _PLAIN.get(annotation, "anything") + "".join(_bound(constraint) for constraint in constraints)


def _essence(annotation: Any, constraints: list[Any]) -> tuple[Any, list[Any]]:
    """The type without `None`, and every constraint on it, also those on an alternative of a union."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        for each in more:
            constraints = [*constraints, *(each.metadata if isinstance(each, FieldInfo) else [each])]
        return _essence(inner, constraints)
    alternatives = [kind for kind in get_args(annotation) if kind is not type(None)]
    if type(None) in get_args(annotation) and len(alternatives) == 1:
        return _essence(alternatives[0], constraints)
    return annotation, constraints


def _bound(constraint: Any) -> str:
    match constraint:
        case Ge(ge=bound):
            return f" from {bound}"
        case Le(le=bound):
            return f" to {bound}"
        case Gt(gt=bound):
            return f" above {bound}, up"
        case Lt(lt=bound):
            return f" below {bound}"
        case _:
            return ""
