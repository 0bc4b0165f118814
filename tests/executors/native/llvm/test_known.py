"""Numbers known while code is written: one object for each, and its text found once."""

import math

import pytest
from llvmlite import ir

from pellucid.executors.native.llvm.known import known, repeated_number

FLOAT, DOUBLE, INTEGER = ir.FloatType(), ir.DoubleType(), ir.IntType(64)


def test_the_same_number_is_the_same_object():
    assert known(FLOAT, 0.1) is known(ir.FloatType(), 0.1)
    assert repeated_number(known(FLOAT, 0.1), 8) is repeated_number(known(FLOAT, 0.1), 8)


@pytest.mark.parametrize(
    ("kind", "number", "text"),
    [
        (FLOAT, 0.0, "0x0"),
        (FLOAT, -0.0, "0x8000000000000000"),
        (DOUBLE, 1.0, "0x3ff0000000000000"),
        (FLOAT, math.inf, "0x7ff0000000000000"),
        (FLOAT, math.nan, "0x7ff8000000000000"),
        (INTEGER, 1, "1"),
        (INTEGER, -1, "-1"),
        (INTEGER, (1 << 64) - 1, str((1 << 64) - 1)),
    ],
)
def test_equal_numbers_of_other_kinds_and_signs_are_others(kind, number, text):
    one, four = known(kind, number), repeated_number(known(kind, number), 4)
    assert one.get_reference().split() == [text]
    assert four.get_reference().split() == ["splat", f"({kind}", f"{text})"]
