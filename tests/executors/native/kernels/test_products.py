"""Products as kernels: what their operands are told as, batches, and the work behind them."""

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.programs import small_chunks

from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.kernels import Product
from pellucid.executors.native.kernels.kernel_kind import PRODUCT_RATE
from pellucid.executors.native.kernels.kinds import kind_of
from pellucid.executors.native.kernels.products import READ_RATE, contraction
from pellucid.executors.native.planning import planned


def kernel_of(text):
    shared = planned(procedure(text))
    (found,) = [k for k in shared.plan.kernels if isinstance(k, Product)]
    return found, shared


TURNED = """graph(x: float32[30,20], w: float32[30,40])
  %0: float32[20,30] = permute_dims(axes=(1, 0)) of (x)
  %1: float32[20,40] = matmul() of (%0, w)
  return %1"""


def test_a_transposed_operand_is_the_same_memory_with_other_strides():
    kernel, shared = kernel_of(TURNED)
    spec = contraction(kernel, shared.views)
    assert (spec.m, spec.k, spec.n, spec.a_strides) == (20, 30, 40, (1, 20))
    assert spec.b_strides[1] == 1
    kind = kind_of(kernel)
    assert kind.flops(kernel) == 2 * 20 * 30 * 40
    assert kind.described(kernel) == "product [20, 40]"


@pytest.mark.parametrize(("behind", "is_light"), [("abs", True), ("tanh", False)])
def test_little_code_behind_a_product_is_light(behind, is_light):
    kernel, shared = kernel_of(f"""graph(x: float32[20,30], w: float32[30,40])
      %0: float32[20,40] = matmul() of (x, w)
      %1: float32[20,40] = {behind}() of (%0)
      return %1""")
    assert kernel.name == f"matmul+{behind}"
    assert contraction(kernel, shared.views).light is is_light


def test_time_of_few_rows_is_that_of_reading_their_matrix():
    text = "graph(x: float32[{m},1000], w: float32[1000,80])\n"
    text += "  %0: float32[{m},80] = matmul() of (x, w)\n  return %0"
    few, many = (kernel_of(text.format(m=m))[0] for m in (1, 100))
    read = 4 * (1000 + 1000 * 80) / READ_RATE
    assert kind_of(few).nanoseconds(few) == pytest.approx(read, rel=0.01)
    assert kind_of(many).nanoseconds(many) == pytest.approx(1e5 * 80 / PRODUCT_RATE, rel=0.01)


BATCH = """graph(x: float32[3,1,20,30], v: float32[2,30,7], b: float32[7])
  %0: float32[3,2,20,7] = matmul() of (x, v)
  %1: float32[3,2,20,7] = add() of (%0, b)
  %2: float32[3,2,20,7] = maximum() of (%1, %0)
  return %2, %1"""


@pytest.mark.parametrize("whole", [False, True])  # with k in one piece, or in many products
@pytest.mark.parametrize("count", [1, 3])
def test_each_product_of_a_batch_meets_its_own_matrices(count, whole):
    draw = np.random.default_rng(0)
    made = procedure(BATCH)
    arrays = [draw.integers(-9, 10, v.shape).astype(np.float32) for v in made.graph.inputs]
    x, w, b = arrays
    before = threads.threads()
    try:
        threads.set_threads(count)
        with small_chunks(whole=whole):
            found, shifted = Native(made)(arrays, [])
    finally:
        threads.set_threads(before)
    np.testing.assert_array_equal(shifted, x @ w + b)
    np.testing.assert_array_equal(found, np.maximum(x @ w + b, x @ w))


def test_units_are_tiles_of_all_products():
    one, shared_one = kernel_of(TURNED)
    many, shared_many = kernel_of("""graph(x: float32[5,30,20], w: float32[5,30,40])
      %0: float32[5,20,30] = permute_dims(axes=(0, 2, 1)) of (x)
      %1: float32[5,20,40] = matmul() of (%0, w)
      return %1""")
    assert kind_of(many).units(many, shared_many) == 5 * kind_of(one).units(one, shared_one)
