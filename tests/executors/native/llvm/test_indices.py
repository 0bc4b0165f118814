"""Indices: the numbers of Python's operators, and what is known now costs no instruction."""

import numpy as np
import pytest
from executors.native.lane_program import I64, function, module_text
from llvmlite import ir

from pellucid.executors.native.llvm.builder import Builder
from pellucid.executors.native.llvm.indices import Index, larger, raw_number, smaller, unraveled

PAIRS = [(0, 1), (7, 3), (8, 4), (3, 7), (5, 5), (2**40, 17)]
SIGNED = [*PAIRS, (-7, 3), (7, -3), (-8, -4)]


def computed(of, x, *now):
    """What emitted code makes of a number that is known when it runs."""

    def body(b, places, number):
        found = of(Index(b, number), *now)
        kept = found if isinstance(found, Index) else b.zext(found, I64)
        b.store(kept, places[0])

    result = np.full(1, -99, np.int64)
    function(module_text(body, 1), 1)(result.ctypes.data, x)
    return int(result[0])


ARITHMETIC = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "from": lambda x, y: y - x,
    "*": lambda x, y: x * y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "&": lambda x, y: x & y,
}
ORDERS = {
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
}


@pytest.mark.parametrize("sign", ARITHMETIC)
def test_arithmetic_is_that_of_whole_numbers(sign):
    for x, y in PAIRS:
        assert computed(ARITHMETIC[sign], x, y) == ARITHMETIC[sign](x, y)


@pytest.mark.parametrize("sign", ORDERS)
def test_orders_are_those_of_signed_numbers(sign):
    for x, y in SIGNED:
        assert computed(ORDERS[sign], x, y) == ORDERS[sign](x, y)


def test_signed_quotients_are_rounded_towards_zero():
    for x, y in SIGNED:
        quotient = int(x / y)
        assert computed(Index.signed_quotient, x, y) == quotient
        assert computed(Index.signed_remainder, x, y) == x - quotient * y


def test_the_smaller_and_the_larger_number():
    for x, y in SIGNED:
        assert computed(smaller, x, y) == min(x, y)
        assert computed(larger, x, y) == max(x, y)


@pytest.mark.parametrize(("x", "size", "inside"), [(0, 1, 1), (4, 5, 1), (5, 5, 0), (-1, 5, 0)])
def test_an_index_is_within_a_size_where_it_is_one_of_so_many(x, size, inside):
    assert computed(Index.is_within, x, size) == inside


@pytest.mark.parametrize(("x", "power", "is_one"), [(0, 8, 1), (24, 8, 1), (20, 8, 0), (3, 1, 1)])
def test_multiples_of_a_power_of_two(x, power, is_one):
    assert computed(Index.is_multiple_of, x, power) == is_one


@pytest.mark.parametrize(("x", "y", "same"), [(3, 3, 1), (3, 4, 0), (-1, -1, 1)])
def test_equal_numbers(x, y, same):
    assert computed(Index.equals, x, y) == same


def test_the_one_or_the_other():
    for x in (2, 3):
        assert computed(lambda i: i.where(i.equals(2), 10), x) == (2 if x == 2 else 10)


@pytest.mark.parametrize("sizes", [(7,), (2, 3), (3, 1, 4)], ids=str)
def test_the_number_of_a_point_is_its_indices(sizes):
    for number in range(int(np.prod(sizes))):
        expected = np.unravel_index(number, sizes)
        found = [computed(lambda i, k=k: [*unraveled(i, sizes)][::-1][k], number)
                 for k in range(len(sizes))]  # fmt: skip
        assert found == [*expected]


def test_known_numbers_and_values_of_llvm_are_taken_as_they_are():
    module = ir.Module()
    kernel = ir.Function(module, ir.FunctionType(I64, [I64]), "f")
    b = Builder(kernel.append_basic_block())
    index = Index(b, kernel.args[0])
    assert raw_number(index) is kernel.args[0]
    assert raw_number(kernel.args[0]) is kernel.args[0]
    assert raw_number(5).constant == 5
    b.ret(index * 1 + 0 + (Index(b, 2) * 3 + 4))
    text = str(module)
    assert "mul" not in text
    assert text.count("add") == 1
    assert "10" in text
