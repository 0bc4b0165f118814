"""A model with its loss as one function: names of its inputs, and what is refused."""

import inspect

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import OptionError
from pellucid.explanation.with_loss import input_names, named, with_loss

X, T = np.ones((5, 3), np.float32), np.zeros(5, np.float32)


class Named(nn.Module):
    def forward(self, x, t):
        return x * t


class Any(nn.Module):
    def forward(self, *inputs):
        return inputs[0]


def difference(y, t):
    return (y.sum(axis=1) - t).mean()


def test_an_input_that_is_called_as_targets_are_has_another_name():
    shown = pc.explain(Named(), X, X, T, loss=difference)
    assert [v.name for v in shown.trace.graph.inputs] == ["x1", "x2", "t"]


def test_inputs_without_names_of_their_own_are_numbered():
    assert input_names(Any(), 1) == ["x"]
    assert input_names(Any(), 2) == ["x1", "x2"]


def test_the_function_is_the_loss_of_the_outputs():
    function = with_loss(Named(), difference, 3)
    assert list(inspect.signature(function).parameters) == ["x1", "x2", "t"]
    assert function(pc.tensor(X), pc.tensor(X), pc.tensor(T)).item() == 3.0


def test_a_loss_that_is_no_function_is_refused():
    with pytest.raises(OptionError, match=r"loss is 3\. It is a function of outputs and targets"):
        with_loss(Named(), 3, 3)


def test_a_model_alone_has_the_names_of_forward():
    function = named(Named(), 2)
    assert list(inspect.signature(function).parameters) == ["x1", "x2"]
    shown = pc.explain(nn.Sequential(nn.Tanh()), X)
    assert [v.name for v in shown.trace.graph.inputs] == ["x"]
