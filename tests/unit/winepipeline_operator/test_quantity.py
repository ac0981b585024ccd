import pytest

from winepipeline_operator.quantity import bytes_of


def test_binary_and_decimal_units_differ() -> None:
    """5Gi is more than 5G, so that going from one to the other is known as shrinking."""
    assert (bytes_of("5Gi"), bytes_of("5G"), bytes_of("7")) == (5 * 2**30, 5 * 10**9, 7)


@pytest.mark.parametrize("text", ["", "Gi", "5 Gi", "5gi", "1.5Gi", "-1", "٥Gi"])
def test_what_is_no_quantity_is_refused_with_what_is_allowed(text: str) -> None:
    """A size that Kubernetes would refuse is refused here, with an example of one that it takes."""
    with pytest.raises(ValueError, match="such as 5Gi"):
        bytes_of(text)
