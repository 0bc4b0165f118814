"""What every kind of kernels says unless it knows better."""

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.executors.native.ir.kernels import Kernel
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.kernels.kernel_kind import POINT_NANOSECONDS, KernelKind
from pellucid.graph import Graph, Node, Value


class Plain(KernelKind):
    """A kind with what it must have alone."""

    def emit(self, frame, kernel, number):
        """Nothing."""

    def described(self, kernel):
        """A word."""
        return "plain"


class _Shared:
    """All that is asked of a plan here."""

    def __init__(self, graph):
        self.views = Views(graph)


def example():
    """y = exp(x) + exp(x) transposed: x is read once, y written, what lies between stays."""
    x, e, t, y = (
        Value(n, s, np.dtype(np.float64))
        for n, s in (("x", (4, 4)), ("e", (4, 4)), ("t", (4, 4)), ("y", (4, 4)))
    )
    exp = Node(p.Exp(), (x,), e, "part")
    turned = Node(p.PermuteDims((1, 0)), (x,), t)
    add = Node(p.Add(), (e, t), y)
    return Kernel([exp, add], [y]), _Shared(Graph((x,), (), (exp, turned, add), (y,)))


def test_a_kernel_is_one_unit_without_operations_and_python():
    kernel, shared = example()
    kind = Plain()
    assert (kind.units(kernel, shared), kind.flops(kernel), kind.calls_python(kernel)) == (
        1,
        0,
        False,
    )


def test_each_buffer_counts_once_however_often_it_is_read():
    kernel, shared = example()
    assert Plain().bytes(kernel, shared) == 2 * 16 * 8


def test_it_is_named_by_its_nodes():
    kernel, _ = example()
    kind = Plain()
    assert (kind.name(kernel), kind.scope(kernel), kind.shape(kernel)) == (
        "exp+add",
        "part",
        (4, 4),
    )


def test_time_is_that_of_each_node_at_each_point():
    kernel, _ = example()
    assert Plain().points(kernel) == 16
    assert Plain().points(Kernel()) == 1
    assert Plain().nanoseconds(kernel) == pytest.approx(POINT_NANOSECONDS * 16 * 2)


def test_code_and_words_must_be_there():
    with pytest.raises(TypeError, match="abstract"):
        KernelKind()
