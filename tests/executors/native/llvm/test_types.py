"""Types of numbers in registers and in memory, as LLVM writes them."""

import numpy as np
import pytest
from llvmlite import ir

from pellucid.executors.native.llvm.types import (
    I1,
    I8,
    I32,
    POINTER,
    lanes_type,
    listed,
    memory_type,
    nothing,
    repeated,
    scalar_type,
    suffix,
    zeros,
)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("bool", "i1"),
        ("uint8", "i8"),
        ("int64", "i64"),
        ("float32", "float"),
        ("float64", "double"),
    ],
)
def test_numbers_in_registers(dtype, expected):
    dtype = np.dtype(dtype)
    assert str(scalar_type(dtype)) == str(lanes_type(dtype, 1)) == expected
    assert str(lanes_type(dtype, 4)) == f"<4 x {expected}>"


def test_a_bool_is_a_byte_in_memory_and_others_are_what_they_are():
    assert memory_type(np.dtype(bool), 1) == I8
    assert memory_type(np.dtype(bool), 8) == ir.VectorType(I8, 8)
    assert memory_type(np.dtype("f4"), 8) == lanes_type(np.dtype("f4"), 8)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ir.FloatType(), "f32"),
        (ir.DoubleType(), "f64"),
        (POINTER, "p0"),
        (I32, "i32"),
        (ir.VectorType(ir.FloatType(), 16), "v16f32"),
    ],
)
def test_types_in_names_of_intrinsics(kind, expected):
    assert suffix(kind) == expected


def test_constants_side_by_side():
    four = ir.VectorType(I32, 4)
    assert str(listed(I32, range(0, 8, 2))) == "<4 x i32> <i32 0, i32 2, i32 4, i32 6>"
    assert str(zeros(four)) == "<4 x i32> splat (i32 0)"
    assert str(nothing(four)) == "<4 x i32> splat (i32 undef)"
    assert str(nothing(I1)) == "i1 undef"
    assert str(repeated(None, I32(7), 4)) == "<4 x i32> splat (i32 7)"
    assert repeated(None, I32(7), 1) == I32(7)
