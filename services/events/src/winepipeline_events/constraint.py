"""What each field of an event allows, in words, taken from the types themselves."""

import msgspec
from msgspec import inspect


def constraints(struct: type[msgspec.Struct]) -> dict[str, str]:
    """From a path such as `$.product.vintage` to words such as "a whole number from 1800 to 2200"."""
    found: dict[str, str] = {}
    _collect("$", inspect.type_info(struct), found)
    return found


def _collect(path: str, info: inspect.Type, found: dict[str, str]) -> None:
    found[path] = _in_words(info)
    if isinstance(info, inspect.StructType):
        for field in info.fields:
            _collect(f"{path}.{field.encode_name}", field.type, found)


def _in_words(info: inspect.Type) -> str:
    match info:
        case inspect.StructType():
            return "an object with " + ", ".join(field.encode_name for field in info.fields)
        case inspect.EnumType():
            return "one of " + ", ".join(str(member.value) for member in info.cls)
        case inspect.IntType():
            return "a whole number" + _range(info)
        case inspect.FloatType():
            return "a number" + _range(info)
        case inspect.StrType():
            return f"a text of {info.min_length or 0} to {info.max_length} characters"
        case inspect.DateTimeType():
            return "a timestamp with a time zone (RFC 3339), for example 2026-11-24T08:30:00Z"
        case inspect.DateType():
            return "a date (RFC 3339), for example 2026-11-24"
        case _:
            raise TypeError(f"no words yet for {info}: add them here")


def _range(info: inspect.IntType | inspect.FloatType) -> str:
    """The bounds of a number: " from 1 to 10000", " above 0 and up to 1000000"."""
    words = []
    if info.gt is not None:
        words.append(f"above {info.gt:g}")
    if info.ge is not None:
        words.append(f"from {info.ge}")
    if info.lt is not None:
        words.append(f"below {info.lt:g}")
    if info.le is not None:
        words.append(f"up to {info.le}")
    return " " + " and ".join(words) if words else ""
