"""Values and names that are odd, each as it would stand in an event's text."""

import msgspec

ODD_NUMBERS = (
    *(b"0", b"-0", b"-0.0", b"-1", b"0.1", b"3.0", b"30e-1", b"1E+02", b"1e-400", b"1e400", b"-1e999999", b"1e308"),
    *(b"1.7976931348623157e308", b"5e-324", b"9007199254740991", b"9007199254740993", b"9223372036854775807"),
    *(b"9223372036854775808", b"-9223372036854775809", b"18446744073709551616", b"9" * 400, b"0." + b"1" * 4000),
    *(b"-", b"+1", b"01", b".5", b"1.", b"1e", b"0x10", b"1_000", b"NaN", b"Infinity", b"-Infinity"),
)
ODD_STRINGS = (
    *(rb'""', rb'" "', rb'"\u0000"', rb'"a\u0000b"', rb'"\ud83c\udf77"', rb'"\ud83c"', rb'"\udf77\ud83c"', rb'"\q"'),
    *(rb'"\u12"', rb'"\/\b\f\n\r\t\\\""', b'"\x7f"', b'"\x00"', b'"\t"', b'"\n"', b'"\xff\xfe"', b'"\xc0\x80"'),
    *(b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', '"\ufeff"'.encode(), '"\uffff\U0010ffff"'.encode(), b'"caf\xe9"'),
    *('"e\u0301\u202e\u200b\u2028"'.encode(), b'"\'; DROP TABLE EVENTS; --"', b'"%s %d ? :1 $1 {}"', b"'single'"),
    *(b'"null"', b'"' + b"x" * 65, b'"' + "🍷".encode() * 200 + b'"', b'"' + b"\\\\" * 999 + b'"', b'"open'),
)
ODD_OTHERS = (
    *(b"null", b"true", b"false", b"True", b"nul", b"undefined", b"/*x*/1"),
    *(b"[]", b"{}", b"[[],{},[{}]]", b"[1,]", b"[,1]", b"{,}", b"{1:2}", b'{"a" 1}'),
    *(b'{"a":1,}', b'{"a":1,"a":2}', b'{"":0}', rb'{"\u0000":0}', rb'{"\ud800":0}'),
)
ODD_VALUES = ODD_NUMBERS + ODD_STRINGS + ODD_OTHERS
"""As they would stand in the text; not all of them are JSON."""


def _is_json(value: bytes) -> bool:
    try:
        msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True


FINE_VALUES = tuple(filter(_is_json, ODD_VALUES))
"""JSON, however odd: in a field that nobody knows these do no harm."""

FIELD_NAMES = (
    *(b"note", b"", b"a.b", b"$", b"EVENT_TYPE", b"event_type ", rb"\u0000", rb"\ud83c\udf77", rb"event\u005ftype"),
    *(b"product", b"offset", b"__proto__", "é".encode(), b"x" * 500),
)
