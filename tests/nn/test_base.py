"""What is known of modules by the files that `Module` itself uses."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.nn.base import BaseModule, Place, in_mode
from pellucid.nn.predictor import Predictor

X = np.arange(12, dtype=np.float32).reshape(4, 3)


class Scaled(BaseModule):
    """A module that is none of `Module`: what is asked of one, and nothing else."""

    def __init__(self):
        self.factor = pc.Parameter(pc.full((3,), 2.0))
        self._training = True

    def __call__(self, x):
        return x * self.factor

    def children(self):
        return {}

    def modules(self):
        return {"": self}

    def own_variables(self):
        return {"factor": self.factor}


def test_a_predictor_needs_no_more_of_a_module():
    np.testing.assert_array_equal(Predictor(Scaled())(X).array, 2 * X)


def test_variables_are_found_through_the_tree():
    assert list(Scaled().parameters()) == ["factor"]
    assert Scaled().buffers() == {}


def fail():
    raise KeyError


def test_a_mode_ends_also_where_something_was_raised():
    modules = [Scaled(), Scaled()]
    modules[1]._training = False
    with in_mode(modules, training=False):
        assert [module._training for module in modules] == [False, False]
    with pytest.raises(KeyError), in_mode(modules, training=True):
        fail()
    assert [module._training for module in modules] == [True, False]


def test_a_place_inside_itself_stays_where_it_is():
    outer, inner = Place(), Place()
    outer.told = 7, "net"
    inner.move("layer", outer)
    assert inner.where() == (7, "net.layer")
    outer.move("loop", inner)
    assert outer.outer is None
    assert inner.is_said
