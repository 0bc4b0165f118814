"""The chain rule: backward over all paths, long chains, and operations of a user."""

import gc

import numpy as np
import pytest
from counting import lines_run

import pellucid as pc
from pellucid.errors import GradientError, GraphError

LONG = 100_000


def test_backward_fills_and_replaces_gradients():
    x = pc.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(2):
        (x * x).sum().backward()
        assert x.grad.tolist() == [2.0, 4.0]
    (x * 3.0).backward([1.0, 10.0])
    assert x.grad.tolist() == [3.0, 30.0]


def test_backward_adds_up_over_all_paths():
    # J = 3 (a + b c) at a = 5, b = 3, c = 2 is 33; its gradient is (3, 6, 9)
    a, b, c = (pc.tensor(n, requires_grad=True) for n in (5.0, 3.0, 2.0))
    j = (a + b * c) * 3.0
    j.backward()
    assert (j.item(), a.grad.item(), b.grad.item(), c.grad.item()) == (33.0, 3.0, 6.0, 9.0)
    x = pc.tensor(2.0, requires_grad=True)
    y = x * x
    (y * y + y).backward()
    assert x.grad.item() == 4 * 8 + 4


def test_the_apples_of_the_book():
    apple, count, tax = (pc.tensor(n, requires_grad=True) for n in (100.0, 2.0, 1.1))
    price = apple * count * tax
    price.backward()
    assert price.item() == pytest.approx(220)
    assert [x.grad.item() for x in (apple, count, tax)] == pytest.approx([2.2, 110, 200])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pc.tensor(1.0), "computed from nothing that asks for gradients"),
        (lambda: pc.tensor([1.0], requires_grad=True), r"shape \(1,\). Only a single number"),
        (lambda: pc.tensor(1), "int64. Only floats"),
    ],
)
def test_backward_says_what_it_needs(make, message):
    with pytest.raises(GradientError, match=message):
        make().backward()


def test_the_weights_of_backward_have_the_shape_of_the_tensor():
    x = pc.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(GradientError, match="one weight for each"):
        x.backward([1.0])


def test_long_chains_run_forward_and_backward_and_are_freed():
    x = pc.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(LONG):
        y = y * 1.0
    y.backward()
    assert x.grad.item() == 1.0
    del y
    gc.collect()


def test_long_chains_are_captured():
    def chain(x):
        for _ in range(LONG):
            x = -x
        return x

    assert len(pc.capture(chain)(np.ones(1)).nodes) == LONG
    assert pc.compile(chain, executor="reference")(3.0).item() == 3.0


# ---- own operations ----------------------------------------------------------------------


class Cube(pc.Elementwise):
    """A user's operation."""

    formula = "y = x^3"
    gradient_formula = "dx = 3 dy x^2"
    accepts = (np.dtype("float32"), np.dtype("float64"))

    def forward(self, xp, x):
        return x * x * x

    def backward(self, dy, y, x):
        return (dy * x * x * 3.0,)


def test_a_users_operation_works_everywhere():
    def f(x):
        return pc.apply(Cube(), x).sum()

    pc.check_gradients(f, [1.0, -2.0])
    assert f(pc.tensor([1.0, 2.0])).item() == 9.0
    assert pc.grad(f)([1.0, 2.0]).tolist() == [3.0, 12.0]
    assert pc.compile(pc.grad(f), executor="reference")(pc.tensor([1.0, 2.0])).tolist() == [
        3.0,
        12.0,
    ]
    graph = pc.capture(f)(np.ones(2))
    assert pc.parse(str(graph), primitives=[Cube]) == graph


class Liar(pc.Elementwise):
    """A forward rule that gives another dtype than its dtype rule."""

    def forward(self, xp, *inputs):
        return inputs[0].astype("float64")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_forward_rule_that_breaks_its_own_rules_is_refused(count):
    inputs = [pc.tensor([1.0])] * count
    with pytest.raises(GraphError, match=r"liar: forward gave float64\[1\], its rules say float32"):
        inputs[0].apply(Liar(), *inputs[1:])
    with pytest.raises(GraphError, match="liar: forward gave float64"):
        pc.compile(lambda *xs: pc.apply(Liar(), *xs), executor="reference")(*inputs)


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (lambda dy: dy, "backward gave Tensor for 1 inputs. It gives a tuple"),
        (lambda dy: (dy, dy), "backward gave 2 for 1 inputs"),
        (lambda dy: (dy.astype("float64"),), r"float64\[2\] for an input float32\[2\]"),
        (lambda dy: (dy.sum(),), r"float32\[\] for an input float32\[2\]"),
        (lambda dy: (dy[:1],), r"float32\[1\] for an input float32\[2\]"),
    ],
)
def test_a_gradient_rule_that_does_not_fit_is_refused(gradient, message):
    class Odd(pc.Elementwise):
        """Its gradient rule is given from outside."""

        def forward(self, xp, x):
            return x + 0

        def backward(self, dy, y, x):
            return gradient(dy)

    with pytest.raises(GradientError, match=f"odd: .*{message}"):
        pc.grad(lambda x: pc.apply(Odd(), x).sum())([1.0, 2.0])


def test_a_gradient_looks_only_at_what_its_variables_are_used_for():
    def steps(count):
        x = pc.tensor([0.5, 2.0], requires_grad=True)
        for _ in range(count):
            x = x - pc.grad(lambda z: (z * z).sum())(x) * 0.1
        return x

    assert lines_run(lambda: steps(80)) < 4.2 * lines_run(lambda: steps(20))
    steps(80).sum().backward()  # the history is still whole
    start = pc.tensor([1.0], requires_grad=True)
    (start - pc.grad(lambda z: (z * z * start).sum())(start)).sum().backward()
    assert start.grad.tolist() == [1.0 - 4.0 * 1.0]
