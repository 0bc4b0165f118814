"""Loop nests: what a later stage keeps, found without following every path to it."""

import numpy as np
import pytest
from executors.native.examples import procedure

import pellucid as pc
from pellucid import functional
from pellucid.executors.native.ir.kernels import Access, Loop, Space
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.nest import FEW_POINTS, collapse
from pellucid.graph import Value
from pellucid.primitives.base import FLOAT32


def looked_at(monkeypatch, count):
    """How often the plan of so many diamonds before a softmax looks at a value."""
    lines = ["graph(x: float32[64])"]
    for i in range(count):
        before = f"%{4 * i - 1}" if i else "x"
        lines += [
            f"  %{4 * i}: float32[64] = tanh() of ({before})",
            f"  %{4 * i + 1}: float32[64] = negative() of ({before})",
            f"  %{4 * i + 2}: float32[64] = multiply() of (%{4 * i}, %{4 * i + 1})",
            f"  %{4 * i + 3}: float32[64] = add() of (%{4 * i + 2}, {before})",
        ]
    last = 4 * count
    lines += [
        f"  %{last}: float32[1] = sum(axis=(0,)) of (%{last - 1})",
        f"  %{last + 1}: float32[64] = divide() of (%{last - 1}, %{last})",
        f"  return %{last + 1}",
    ]
    found, get = 0, Views.__getitem__

    def counted(self, value):
        nonlocal found
        found += 1
        return get(self, value)

    with monkeypatch.context() as patched:
        patched.setattr(Views, "__getitem__", counted)
        planned(procedure("\n".join(lines)))
    return found


def test_each_value_is_followed_once_however_many_paths_lead_to_it(monkeypatch):
    assert looked_at(monkeypatch, 24) < 2.5 * looked_at(monkeypatch, 12)


def test_what_is_costly_and_needed_again_is_kept_the_first_met_first():
    graph = procedure("""graph(x: float32[64])
      %0: float32[64] = tanh() of (x)
      %1: float32[64] = exp() of (x)
      %2: float32[64] = add() of (%1, %0)
      %3: float32[64] = multiply() of (%2, %0)
      %4: float32[1] = sum(axis=(0,)) of (%3)
      %5: float32[64] = divide() of (%3, %4)
      return %5""")
    (kernel,) = planned(graph).plan.kernels
    assert isinstance(kernel, Loop)
    assert [v.name for v in kernel.stores] == ["%5", "%1", "%0"]


@pytest.mark.parametrize("count", [1, 3, 8])
def test_diamonds_with_their_gradient_are_right(count):
    def loss(x):
        for _ in range(count):
            x = 0.5 * (x + functional.gelu(x))
        return (x * x).sum()

    x = np.linspace(-3, 3, 21, dtype=np.float32)
    found = pc.compile(pc.grad(loss))(x).numpy()
    np.testing.assert_allclose(found, pc.grad(loss)(x).numpy(), rtol=1e-4, atol=1e-6)


def test_deep_kernels_compile():
    def deep(x):
        for _ in range(600):
            x = x * 0.5 + 0.5
        return x

    x = np.linspace(-3, 3, 21, dtype=np.float32)
    np.testing.assert_array_equal(pc.compile(deep)(x).numpy(), deep(pc.tensor(x)).numpy())


def test_fifteen_newton_steps_compile():
    def energy(x):
        return (0.25 * x**4.0 + functional.softplus(x)).sum()

    def slope(x):
        return pc.grad(energy)(x).sum()

    def minimum(x):
        for _ in range(15):
            x = x - pc.grad(energy)(x) / pc.grad(slope)(x)
        return x

    x = np.linspace(-1, 1, 5, dtype=np.float32)
    found = pc.compile(minimum)(x).numpy()
    np.testing.assert_allclose(found**3.0, -1 / (1 + np.exp(-found)), rtol=1e-4)


@pytest.mark.parametrize(
    ("kept", "summed", "kind"),
    [
        (FEW_POINTS, FEW_POINTS - 1, "columns"),
        (FEW_POINTS - 1, FEW_POINTS - 1, "rows"),
        (FEW_POINTS, FEW_POINTS, "rows"),
    ],
)
def test_lanes_lie_along_a_short_sum_only_where_no_other_axis_fills_them(kept, summed, kind):
    x, y = Value("x", (kept, summed), FLOAT32), Value("y", (kept, 1), FLOAT32)
    space = Space((kept, summed), frozenset({1}))
    nest = collapse(space, [Access(x, 0, (summed, 1))], [Access(y, 0, (1, 0))])
    assert nest.kind == kind
