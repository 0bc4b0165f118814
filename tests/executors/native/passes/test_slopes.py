"""Gradients through gelu and its like are one product with a slope that the way forward keeps."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.cpus import on_target
from executors.native.examples import procedure, same
from executors.native.programs import difference

import pellucid as pc
from pellucid import functional
from pellucid.executors.native.passes.slopes import slopes_kept
from pellucid.executors.native.planning import planned

# A hidden layer with an activation of two factors, and the way back through it.
LAYER = """graph(x: float32[{rows},30], u: float32[30,{wide}], v: float32[{wide},20])
  %c0: float32[] = constant [0.0]
  %c1: float32[] = constant [-5.0]
  %0: float32[{rows},{wide}] = matmul() of (x, u)
  %1: bool[{rows},{wide}] = less() of (%0, %c1)
  %2: float32[{rows},{wide}] = normal_cdf() of (%0)
  %3: float32[{rows},{wide}] = multiply() of (%0, %2)
  %4: float32[{rows},20] = matmul() of (%3, v)
  %5: float32[20,{wide}] = permute_dims(axes=(1, 0)) of (v)
  %6: float32[{rows},{wide}] = matmul() of (%4, %5)
  %7: float32[{rows},{wide}] = multiply() of (%6, %2)
  %8: float32[{rows},{wide}] = multiply() of (%6, %0)
  %9: float32[{rows},{wide}] = gaussian(factor=0.5) of (%0)
  %10: float32[{rows},{wide}] = multiply() of (%8, %9)
  %11: float32[{rows},{wide}] = add() of (%7, %10)
  %12: float32[{rows},{wide}] = where() of (%1, %c0, %11)
  return %4, {returned}"""


def layer(rows=12, wide=33, returned="%12", **changes):
    text = LAYER.format(rows=rows, wide=wide, returned=returned)
    for name, line in changes.items():
        before = next(x for x in text.splitlines() if x.strip().startswith(f"%{name[1:]}:"))
        text = text.replace(before, f"{before.split('=')[0]}= {line}")
    return procedure(text)


def multiplied(graph):
    """What each product's multiplication asks for beside it."""
    return next(node.inputs for node in graph.nodes if node.output.name == "%12")


@pytest.mark.parametrize("target", ["avx512", "avx2"])
@pytest.mark.parametrize(("rows", "wide"), [(1, 3), (12, 33), (7, 64)])
def test_the_way_back_multiplies_by_one_kept_slope(target, rows, wide):
    made = layer(rows, wide)
    product, slope = multiplied(slopes_kept(made.graph))
    assert (product.name, slope.name) == ("%6", "%12/2")
    with on_target(target):
        stored = [[value.name for value in k.stores] for k in planned(made).plan.kernels]
        assert [names for names in stored if "%12/2" in names] == [["%3", "%12/2"]]
        assert same(made) is None


def far_out(values):
    """The program, with some inputs of the activation."""
    x = np.zeros((12, 30), np.float32)
    x[:, 0] = np.resize(np.array(values, "f"), 12)
    u, v = np.zeros((30, 33), np.float32), np.ones((33, 20), np.float32)
    u[0] = 1
    return Program(layer(), [x, u, v], [])


def test_far_out_the_gradient_is_0_or_that_of_the_identity():
    assert difference(far_out([-40.0, -6.0, -0.0, 0.0, 1e-45, 6.0, 40.0, np.nan])) is None


def test_what_overflowed_on_the_way_does_so_no_more():
    """dy x may be infinite where the density of x is 0."""
    found = difference(far_out([1e30]))
    assert found is not None
    assert "np.float32(6.59" in found
    assert "e+32) instead of np.float32(nan)" in found


def test_choices_and_differences_are_linear_too():
    made = layer(p11="subtract() of (%7, %10)", p12="where() of (%1, %11, %c0)")
    assert len(slopes_kept(made.graph).nodes) == len(made.graph.nodes) - 1
    assert same(made) is None


@pytest.mark.parametrize(
    "made",
    [
        layer(returned="%12, %7"),  # a term that others need
        layer(p7="multiply() of (%6, %6)"),  # not linear
        layer(p7="add() of (%6, %2)"),  # linear, and something more
        layer(p9="sqrt() of (%6)"),  # asks for the product itself
        layer(p2="negative() of (%0)", p9="abs() of (%0)"),  # nothing costly is read
        layer(p12="where() of (%1, %c1, %11)", p11="maximum() of (%7, %10)"),
    ],
    ids=["term", "square", "more", "itself", "cheap", "maximum"],
)
def test_others_stay_as_they_are(made):
    kept = slopes_kept(made.graph)
    assert kept == made.graph
    assert same(made) is None


def test_a_choice_of_something_else_ends_what_is_linear():
    product, slope = multiplied_before_choice(layer(p12="where() of (%1, %c1, %11)"))
    assert (product.name, slope.name) == ("%6", "%11/1")


def multiplied_before_choice(made):
    (node,) = [n for n in slopes_kept(made.graph).nodes if n.output.name == "%11"]
    assert same(made) is None
    return node.inputs


def test_gelu_has_its_gradient_by_central_differences():
    rng = np.random.default_rng(0)
    w = pc.Parameter(rng.normal(size=(3, 5)))
    v = rng.normal(size=(5, 2))
    x = np.linspace(-7, 7, 12).reshape(4, 3)

    def loss(w):
        y = functional.gelu(pc.tensor(x) @ w) @ pc.tensor(v)
        return (y * y).sum()

    found = pc.compile(pc.grad(loss), executor="native")(w).numpy()
    for place in np.ndindex(3, 5):
        step = np.zeros((3, 5))
        step[place] = 1e-6
        apart = loss(pc.tensor(w.numpy() + step)) - loss(pc.tensor(w.numpy() - step))
        assert found[place] == pytest.approx(float(apart.numpy()) / 2e-6, rel=1e-5, abs=1e-5)
