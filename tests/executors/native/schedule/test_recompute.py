"""Cheap values are computed again by those that use them, and stay what they are."""

import pytest
from executors.native.examples import procedure, same

from pellucid.executors.native.planning import planned


def example(first="multiply() of (%0, u)", last="", returned="%5", more="", updates=None):
    """A product, a value made of it, and a loop that sums both."""
    text = f"""graph(x: float32[40,30], v: float32[30,20], u: float32[40,20]{more})
      %0: float32[40,20] = matmul() of (x, v)
      %1: float32[40,20] = {first}
      %2: float32[1,20] = sum(axis=(0,)) of (%1)
      %3: float32[1,20] = sum(axis=(0,)) of (%0)
      %4: float32[1,20] = add() of (%2, %3)
      %5: float32[40,20] = subtract() of (%1, %4)
      {last}return {returned}"""
    return procedure(text, updates)


def kept(made):
    """The values that lie in memory, kernel by kernel."""
    return [[value.name for value in kernel.stores] for kernel in planned(made).plan.kernels]


def test_a_product_of_what_lies_in_memory_is_not_kept():
    made = example()
    assert kept(made) == [["%0"], ["%5"]]
    assert same(made) is None


TURNED = "%6: float32[20,40] = permute_dims(axes=(1, 0)) of (u)\n      "


@pytest.mark.parametrize(
    "made",
    [
        example(returned="%5, %1"),  # asked for
        example(first="tanh() of (%0)"),  # takes longer to compute than to read
        example(last=f"{TURNED}%7: float32[20,20] = matmul() of (%6, %1)\n      ", returned="%7"),
    ],
)
def test_other_values_are_kept(made):
    assert "%1" in kept(made)[0]
    assert same(made) is None


def test_what_is_made_of_a_variable_that_changes_is_computed_before_it_does():
    made = example("multiply() of (%0, w)", "", "%4", ", w: float32[40,20]", {"w": "%5"})
    assert kept(made)[0] == ["%0", "%1"]
    assert same(made) is None


def test_a_centred_value_is_computed_again_from_the_mean():
    """The kernel that computes it first needs it itself: it goes on, but writes the mean only."""
    made = procedure("""graph(x: float32[40,30], v: float32[30,20])
      %0: float32[40,20] = matmul() of (x, v)
      %1: float32[1,20] = sum(axis=(0,)) of (%0)
      %2: float32[40,20] = subtract() of (%0, %1)
      %3: float32[40,20] = multiply() of (%2, %2)
      %4: float32[1,20] = sum(axis=(0,)) of (%3)
      %5: float32[40,20] = multiply() of (%2, %4)
      %6: float32[20,40] = permute_dims(axes=(1, 0)) of (%5)
      %7: float32[20,20] = matmul() of (%6, %5)
      %8: float32[20,1] = sum(axis=(1,)) of (%7)
      %9: float32[20] = reshape(to=(20,)) of (%8)
      %10: float32[40,20] = multiply() of (%2, %9)
      %11: float32[1,20] = sum(axis=(0,)) of (%10)
      return %11""")
    stored = [name for names in kept(made) for name in names]
    assert {"%0", "%1"} <= set(stored)
    assert "%2" not in stored
    assert same(made) is None


def test_a_kernel_that_gives_its_only_value_away_is_none_any_more():
    made = procedure("""graph(x: float32[9,33], w: float32[33,1], k: float32[1,1])
      %0: float32[33,1] = matmul() of (w, k)
      %1: float32[9,1] = matmul() of (x, %0)
      return %0, %1""")
    assert all(kernel.nodes for kernel in planned(made).plan.kernels)
    assert same(made) is None


# x + a, then + b, each with a product of flattened rows in between, as in a transformer's blocks.
CHAIN = """graph(x: float32[2,12,20], a: float32[24,20], v: float32[20,20])
  %0: float32[24,20] = matmul() of (a, v)
  %1: float32[2,12,20] = reshape(to=(2, 12, 20)) of (%0)
  %2: float32[2,12,20] = add() of (x, %1)
  %3: float32[2,12,1] = sum(axis=(2,)) of (%2)
  %4: float32[2,12,20] = divide() of (%2, %3)
  %5: float32[24,20] = reshape(to=(24, 20)) of (%4)
  %6: float32[24,20] = matmul() of (%5, v)
  %7: float32[2,12,20] = reshape(to=(2, 12, 20)) of (%6)
  %8: float32[2,12,20] = add() of (%2, %7)
  %9: float32[2,12,1] = sum(axis=(2,)) of (%8)
  %10: float32[2,12,20] = divide() of (%8, %9)
  return %10"""


def test_a_sum_of_two_arrays_that_nobody_else_reads_is_kept():
    """Else each of many blocks would add up all that the blocks before it gave."""
    made = procedure(CHAIN)
    assert any("%2" in names for names in kept(made))
    assert same(made) is None
