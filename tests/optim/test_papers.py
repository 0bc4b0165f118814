"""A hundred updates of each further optimizer are those of a plain loop written from its paper."""

import numpy as np
import optimizer_loops
import pytest

from pellucid import optim


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("name", optimizer_loops.LOOPS)
def test_a_hundred_updates_in_float64_are_those_of_the_paper(name, executor):
    expected = optimizer_loops.walked(optimizer_loops.LOOPS[name])
    found = optimizer_loops.compiled(getattr(optim, name), executor)
    for path, w in expected.items():
        np.testing.assert_allclose(found[path], w, rtol=0, atol=1e-10, err_msg=path)


@pytest.mark.parametrize("name", optimizer_loops.LOOPS)
def test_ten_updates_in_float32_stay_near(name):
    expected = optimizer_loops.walked(optimizer_loops.LOOPS[name], steps=10)
    found = optimizer_loops.compiled(getattr(optim, name), "native", "float32", steps=10)
    for path, w in expected.items():
        assert found[path].dtype == np.float32
        np.testing.assert_allclose(found[path], w, rtol=0, atol=5e-6, err_msg=path)


def test_every_further_optimizer_has_a_loop():
    later = {kind.__name__ for kind in optim.OPTIMIZERS.values() if ".further." in kind.__module__}
    assert later == {*optimizer_loops.LOOPS, "LBFGS"}  # whose loop stands in its tests
