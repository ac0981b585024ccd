"""Kubernetes quantities of bytes, such as `5Gi`.

Suffixes as in https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/; only whole numbers.
"""

import re

_FACTORS = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "P": 10**15,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
}
_QUANTITY = re.compile(r"(?P<number>[0-9]+)(?P<suffix>[A-Za-z]*)", re.ASCII)


def bytes_of(quantity: str) -> int:
    """The number of bytes that a quantity stands for.

    Raises:
        ValueError: the text is no whole number with one of the suffixes.
    """
    match = _QUANTITY.fullmatch(quantity)
    if match is None or match["suffix"] not in _FACTORS:
        allowed = ", ".join(suffix for suffix in _FACTORS if suffix)
        raise ValueError(f"{quantity!r} is no quantity: write a whole number and one of {allowed}, such as 5Gi")
    return int(match["number"]) * _FACTORS[match["suffix"]]
