"""Rows that begin at cache lines: which values have them, and that nothing else changes."""

import pytest
from executors.native.examples import procedure, same

from pellucid.executors.native.passes import row_padding
from pellucid.executors.native.passes.row_padding import row_paddings

NORMALISED = """graph(x: float32[{rows},60], v: float32[60,{n}])
  %0: float32[{rows},{n}] = matmul() of (x, v)
  %1: float32[1,{n}] = sum(axis=(0,)) of (%0)
  %2: float32[{rows},{n}] = subtract() of (%0, %1)
  %3: float32[{n},{rows}] = permute_dims(axes=(1, 0)) of (%2)
  %4: float32[{n},{n}] = matmul() of (%3, %2)
  {last}"""


def example(rows=40, n=50, last="return %4"):
    return procedure(NORMALISED.format(rows=rows, n=n, last=last))


@pytest.mark.parametrize(
    ("rows", "n", "expected"),
    [
        (40, 50, 64),
        (40, 100, 112),
        (40, 64, None),  # begins at lines anyway
        (40, 10, None),  # less than a line
        (8, 50, None),  # too few rows to matter
        (40, 250, 272),  # 256 would put all rows into the same sets of the cache
    ],
)
def test_rows_of_inner_values_begin_at_lines(rows, n, expected, monkeypatch):
    monkeypatch.setattr(row_padding, "LINE", 64)  # as on x86
    found = row_paddings(example(rows, n).graph)
    assert found.get("%0") == found.get("%2") == expected
    assert "%4" not in found  # an output


@pytest.mark.parametrize(("rows", "n"), [(40, 50), (33, 100), (17, 250), (40, 17)])
def test_the_gaps_change_nothing(rows, n):
    assert same(example(rows, n)) is None


@pytest.mark.parametrize(
    "last",
    [
        "%5: float32[2000] = reshape(to=(2000,)) of (%2)\n  return %5",
        "%5: float32[40,50] = cumulative_sum(axis=0) of (%2)\n  return %5",
        "return %2",
        "%5: float32[9,9] = slice(start=(0, 0), count=(9, 9), step=(1, 1)) of (%3)\n  return %5",
    ],
)
def test_values_that_must_lie_without_gaps_do(last):
    made = example(last=last)
    assert "%2" not in row_paddings(made.graph)
    assert same(made) is None


def test_axes_of_one_element_may_come_and_go():
    made = example(
        last="%5: float32[1,40,50] = reshape(to=(1, 40, 50)) of (%2)\n"
        "  %6: float32[1,1,50] = sum(axis=(1,)) of (%5)\n  return %6"
    )
    assert row_paddings(made.graph)["%2"] == 64
    assert same(made) is None


def test_random_bits_keep_their_positions():
    made = procedure("""graph(k: uint32[2], d: uint32[])
      %0: uint32[40,50] = random_bits(to=(40, 50), bits=24) of (k, d)
      %1: float32[40,50] = cast(to=float32) of (%0)
      %2: float32[40,50] = exp() of (%1)
      %3: float32[1,50] = sum(axis=(0,)) of (%1)
      %4: float32[40,50] = multiply() of (%1, %3)
      %5: float32[1,50] = max(axis=(0,)) of (%4)
      return %5""")
    assert "%0" not in row_paddings(made.graph)
    assert "%1" in row_paddings(made.graph)
    assert same(made) is None
