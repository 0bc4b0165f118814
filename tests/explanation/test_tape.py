"""A function and its backward pass as one graph, for any number of samples."""

import numpy as np
import pytest

from pellucid.errors import GraphError
from pellucid.explanation.arrays import MANY
from pellucid.explanation.tape import SEED, taped


def affine(x, W, b):
    return x @ W + b


def test_the_graph_holds_both_passes_and_leaves_the_samples_open():
    tape = taped(affine, np.zeros((5, 3)), np.zeros((3, 2)), np.zeros(2))
    assert tape.result.shape == (MANY, 2)
    assert tape.forward == 2
    assert tape.gradients[tape.result.name] == SEED
    assert [v.shape for v in tape.arguments] == [(MANY, 3), (3, 2), (2,)]


def test_a_function_for_one_number_of_samples_is_taken_as_it_is():
    tape = taped(lambda x: x.reshape(15).sum(), np.zeros((5, 3)))
    assert tape.arguments[0].shape == (5, 3)


def test_the_axis_of_the_samples_is_found_by_trying():
    tape = taped(lambda W, x: (x @ W).sum(), np.zeros((3, 2)), np.zeros((5, 3)))
    assert [v.shape for v in tape.arguments] == [(3, 2), (MANY, 3)]


def test_what_has_no_backward_pass_is_refused():
    with pytest.raises(GraphError, match="no float that was given"):
        taped(lambda i: i + 1, np.arange(3))
