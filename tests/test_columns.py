"""Objects of Python that all are numbers are an array of numbers; others stay what they are."""

from typing import Any

import numpy as np
import pytest

from pellucid.columns import is_text, plain

OBJECTS: dict[str, tuple[list[Any], Any]] = {
    "booleans": ([True, np.False_], bool),
    "integers": ([1, np.int8(2), True], np.int64),
    "numbers": ([1, 2.5, True, None], np.float64),
    "large": ([1, 2**70], np.float64),
    "texts": (["a", 1], object),
    "complex": ([1j, 2.0], object),
    "nothing": ([], object),
}


@pytest.mark.parametrize("case", OBJECTS)
def test_objects_become_the_narrowest_numbers_that_hold_them_all(case: str) -> None:
    values, dtype = OBJECTS[case]
    array = np.empty(len(values), object)
    array[:] = values
    assert plain(array).dtype == dtype


def test_a_number_among_texts_stays_a_number() -> None:
    assert plain(["a", float("nan")]).dtype == object
    assert plain(["a", "b"]).tolist() == ["a", "b"]
    assert is_text(plain(["a", 1]))
    assert not is_text(plain([True, 1.5]))
