"""Graphs are read as algebra; what is no algebra stays what it is."""

from dataclasses import dataclass

import numpy as np

import pellucid as pc
from pellucid.explanation.arrays import MANY
from pellucid.explanation.expressions import SAMPLES, is_call, number, symbol
from pellucid.explanation.reading import constant, reader
from pellucid.primitives import Elementwise


@dataclass(frozen=True)
class Twice(Elementwise):
    """A user's own operation."""

    formula = "y = 2 x"

    def forward(self, xp, x):
        return x + x


def read(function, *inputs):
    graph = pc.capture(function)(*inputs)
    return reader(graph).expression(graph.outputs[0].name, {})


def test_a_primitive_of_a_user_is_its_name_applied():
    found = read(lambda x: x.apply(Twice()), np.zeros(3))
    assert is_call(found, "twice")
    assert found.inputs == (symbol("x", (3,)),)


def test_numbers_that_count_samples_are_seen_to():
    assert constant(np.float32(MANY)) is SAMPLES
    share = constant(np.full(3, 1.0 / MANY, np.float32))
    assert share.inputs == (read(lambda m: 1.0 / m, np.zeros(())).inputs and (SAMPLES,))
    assert constant(np.float32(0.7)) is number(0.7)
    assert constant(np.arange(3)) is None
    assert constant(np.float32(0.3989423)).shape == ()


def test_values_that_are_given_are_not_looked_into():
    graph = pc.capture(lambda x: (x.exp() + 1.0).log())(np.zeros(3))
    inside = graph.nodes[0].output
    z = symbol("z", (3,))
    found = reader(graph).expression(graph.outputs[0].name, {inside.name: z})
    assert z in found.inputs[0].inputs
