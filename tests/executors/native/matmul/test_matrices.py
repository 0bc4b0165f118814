"""Where elements of matrices lie: by NumPy's strides, and for rows that begin anywhere."""

import numpy as np
import pytest
from executors.native.lane_program import I64, function, module_text
from llvmlite import ir

from pellucid.executors.native.matmul.matrices import Matrix, Scattered

DOUBLE = np.dtype(np.float64)
ROWS, COLUMNS = 4, 5
STARTS = np.array([30, 2, 17, 60], np.int64)
MEMORY = np.random.default_rng(0).normal(size=100)


def read(addresses, count):
    """The numbers at the addresses that code computes: `addresses(b, memory, starts, count)`."""
    found = np.zeros(count)

    def body(b, places, now):
        memory, starts, to = places
        for i, address in enumerate(addresses(b, memory, starts, now)):
            number = b.load(address, typ=ir.DoubleType())
            b.store(number, b.gep(to, [I64(i)], source_etype=I64))

    code = function(module_text(body, 3), 3)
    code(MEMORY.ctypes.data, STARTS.ctypes.data, found.ctypes.data, 1)
    return found


def dense(strides):
    return np.lib.stride_tricks.as_strided(MEMORY, (ROWS, COLUMNS), [8 * s for s in strides])


def scattered(along):
    return np.array([[MEMORY[start + along * j] for j in range(COLUMNS)] for start in STARTS])


def made(kind, strides):
    """A matrix, as code has it and as NumPy has it."""
    if kind == "dense":
        return lambda b, memory, starts: Matrix(b, memory, DOUBLE, strides), dense(strides)
    return lambda b, memory, starts: Scattered(b, memory, DOUBLE, strides, starts), scattered(
        strides[1]
    )


KINDS = [
    ("dense", (5, 1)), ("dense", (1, 4)), ("dense", (11, 2)), ("dense", (0, 1)),
    ("scattered", (9, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "strides"), KINDS)
def test_elements_by_numbers_known_now_or_later(kind, strides):
    matrix, expected = made(kind, strides)
    places = [(i, j) for i in range(ROWS) for j in range(COLUMNS)]

    def addresses(b, memory, starts, _):
        m = matrix(b, memory, starts)
        yield from (m.at(i, j) for i, j in places)
        yield from (m.at(I64(i), I64(j)) for i, j in places)
        yield from (m.turned().at(I64(j), i) for i, j in places)

    found = read(addresses, 3 * len(places)).reshape(3, ROWS, COLUMNS)
    np.testing.assert_array_equal(found, np.broadcast_to(expected, found.shape))


@pytest.mark.parametrize(("kind", "strides"), KINDS)
def test_what_is_left_from_an_element_on_counts_from_there(kind, strides):
    matrix, expected = made(kind, strides)
    places = [(i, j) for i in range(ROWS - 1) for j in range(COLUMNS - 2)]

    def addresses(b, memory, starts, one):
        m = matrix(b, memory, starts)
        yield from (m.part(one, 2).at(i, j) for i, j in places)
        yield from (m.part(1, I64(2)).at(i, j) for i, j in places)
        yield from (m.turned().part(I64(2), one).at(j, i) for i, j in places)

    found = read(addresses, 3 * len(places)).reshape(3, ROWS - 1, COLUMNS - 2)
    np.testing.assert_array_equal(found, np.broadcast_to(expected[1:, 2:], found.shape))


@pytest.mark.parametrize(("kind", "strides"), KINDS)
def test_rows_begin_one_after_the_other(kind, strides):
    matrix, expected = made(kind, strides)

    def addresses(b, memory, starts, one):
        m = matrix(b, memory, starts)
        return [*m.rows_from(one, 3), *m.turned().rows_from(one, 3)]

    found = read(addresses, 6)
    np.testing.assert_array_equal(found, [*expected[1:, 0], *expected[0, 1:4]])


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize(("kind", "strides"), KINDS)
def test_a_walk_goes_down_all_rows_column_by_column(kind, strides, is_turned):
    matrix, expected = made(kind, strides)
    rows, expected = 3, (expected.T if is_turned else expected)

    def addresses(b, memory, starts, one):
        m = matrix(b, memory, starts)
        walk = (m.turned() if is_turned else m).down(rows)
        columns = walk(one, 2)
        assert [len(column) for column in columns] == [rows] * 2
        return [place for column in columns for place in column]

    np.testing.assert_array_equal(read(addresses, 6), expected[:rows, 1:3].T.ravel())


@pytest.mark.parametrize(("kind", "strides"), KINDS)
def test_turned_twice_is_the_matrix_itself(kind, strides):
    matrix, _ = made(kind, strides)

    def addresses(b, memory, starts, _):
        m = matrix(b, memory, starts)
        again = m.turned().turned()
        assert (type(again), again.strides) == (type(m), m.strides)
        return []

    read(addresses, 0)
