"""Very many arrays are joined in groups, and nothing else changes."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.compile import capture
from pellucid.executors.native.passes.joins_in_groups import MOST_JOINED
from pellucid.executors.native.passes.simplify import simplify


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("count", [1, MOST_JOINED, MOST_JOINED + 1, 2 * MOST_JOINED + 3])
def test_joining_many_arrays_gives_what_numpy_gives(count, axis):
    x = np.linspace(-1, 1, 15, dtype=np.float32).reshape(3, 5)
    parts = [x[:, : i % 5 + 1] * np.float32(i) for i in range(count)]
    if axis == 0:
        parts = [part[:, :1] for part in parts]
    function = pc.compile(
        lambda x: pc.concat(
            [(x[:, : i % 5 + 1] * float(i))[:, : 1 if axis == 0 else 5] for i in range(count)],
            axis=axis,
        )
    )
    np.testing.assert_array_equal(function(x).numpy(), np.concatenate(parts, axis=axis))


def test_no_kernel_joins_more_arrays_than_llvm_takes_easily():
    count = MOST_JOINED**2 + 1
    graph = capture(lambda x: pc.concat([x * float(i) for i in range(count)], axis=0))(np.ones(2))
    joins = [n for n in simplify(graph).nodes if n.primitive.name == "concat"]
    assert max(len(node.inputs) for node in joins) == MOST_JOINED
    assert joins[-1].output.shape == (2 * count,)
    assert len(joins) == MOST_JOINED + 2
