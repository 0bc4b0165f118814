"""The builder leaves out instructions for what is known, and no others."""

import pytest
from llvmlite import ir

from pellucid.executors.native.llvm.builder import Builder

I32, I64 = ir.IntType(32), ir.IntType(64)


@pytest.fixture
def code() -> tuple[Builder, ir.Value]:
    function = ir.Function(ir.Module("test"), ir.FunctionType(I64, [I64]), "f")
    return Builder(function.append_basic_block("entry")), function.args[0]


def test_neutral_numbers_take_no_instruction(code: tuple[Builder, ir.Value]) -> None:
    b, x = code
    assert b.add(x, I64(0)) is x
    assert b.add(I64(0), x) is x
    assert b.mul(x, I64(1)) is x
    assert b.mul(I64(1), x) is x
    assert not b.block.instructions


def test_a_product_with_zero_is_zero(code: tuple[Builder, ir.Value]) -> None:
    b, x = code
    assert b.mul(x, I64(0)).constant == 0
    assert b.mul(I64(0), x).constant == 0
    assert not b.block.instructions


def test_numbers_are_computed_now(code: tuple[Builder, ir.Value]) -> None:
    b, _ = code
    total = b.add(I32(2), b.mul(I32(3), I32(5)))
    assert (total.constant, total.type) == (17, I32)
    assert not b.block.instructions


def test_everything_else_is_an_instruction(code: tuple[Builder, ir.Value]) -> None:
    b, x = code
    b.mul(b.add(x, I64(3)), b.add(x, x))
    assert [i.opname for i in b.block.instructions] == ["add", "add", "mul"]


def test_vectors_are_left_to_llvm(code: tuple[Builder, ir.Value]) -> None:
    b, _ = code
    ones = ir.Constant(ir.VectorType(I64, 2), [I64(1), I64(1)])
    assert b.mul(ones, ones).opname == "mul"
