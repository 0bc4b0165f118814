"""What layers say of themselves is true: the formula, and the axes that they take."""

import subprocess
import sys

import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import ShapeError
from pellucid.misfits.layers import Taken, changed, form, traced
from pellucid.nn.cells import GRUCell, LSTMCell, RNNCell

LAYERS = [
    (nn.Linear(4, 3), (2, 4)),
    (nn.Conv1d(4, 3, 2), (2, 4, 9)),
    (nn.Conv2d(4, 3, 2), (2, 4, 9, 8)),
    (nn.ConvTranspose1d(4, 3, 2), (2, 4, 9)),
    (nn.ConvTranspose2d(4, 3, 2), (2, 4, 9, 8)),
    (nn.MaxPool1d(2), (2, 4, 8)),
    (nn.MaxPool2d(2), (2, 4, 8, 6)),
    (nn.AvgPool1d(2), (2, 4, 8)),
    (nn.AvgPool2d(2), (2, 4, 8, 6)),
    (nn.GlobalAvgPool1d(), (2, 4, 8)),
    (nn.GlobalAvgPool2d(), (2, 4, 8, 6)),
    (nn.BatchNorm(4), (2, 4, 5)),
    (nn.LayerNorm(4), (2, 5, 4)),
    (nn.GroupNorm(2, 4), (2, 4, 5)),
    (nn.RNN(4, 3), (2, 5, 4)),
    (nn.LSTM(4, 3), (2, 5, 4)),
    (nn.GRU(4, 3), (2, 5, 4)),
    (RNNCell(4, 3), (2, 4)),
    (LSTMCell(4, 3), (2, 4)),
    (GRUCell(4, 3), (2, 4)),
    (nn.MultiHeadAttention(4, 2), (2, 5, 4)),
    (nn.TransformerBlock(4, 2), (2, 5, 4)),
    (nn.Flatten(), (2, 4, 5)),
]
CASES = [pytest.param(layer, shape, id=type(layer).__name__) for layer, shape in LAYERS]
SIZED = [case for case in CASES if Taken.of(case.values[0]).option]


@pytest.mark.parametrize(("layer", "shape"), CASES)
def test_an_input_of_the_axes_that_a_layer_takes_is_taken(layer, shape):
    taken = Taken.of(layer)
    assert taken.has_axes(shape)
    if taken.option:
        assert shape[taken.axis] == taken.size == getattr(layer, taken.option)
    layer(pc.zeros(shape))


@pytest.mark.parametrize(("layer", "shape"), SIZED)
def test_another_size_of_its_axis_is_refused(layer, shape):
    axis = Taken.of(layer).axis % len(shape)
    other = tuple(n + 1 if i == axis else n for i, n in enumerate(shape))
    with pytest.raises(ShapeError, match="5 != 4"):
        layer(pc.zeros(other))
    assert traced(layer.forward, pc.zeros(other)) is None
    assert traced(layer.forward, pc.zeros(shape)) is not None


@pytest.mark.parametrize(("layer", "shape"), SIZED)
def test_the_form_with_another_size_makes_a_layer_that_takes_it(layer, shape):
    taken = Taken.of(layer)
    text = changed(layer, taken.option, 6)
    if text:  # of a block that does not describe itself there is none
        other = eval(f"nn.{text}", {"nn": nn})
        assert getattr(other, taken.option) == 6
        assert form(other) == text


def test_heads_and_groups_that_do_not_split_a_size_make_no_layer():
    assert changed(nn.MultiHeadAttention(4, 2), "features", 7) == ""
    assert changed(nn.GroupNorm(2, 4), "channels", 7) == ""


@pytest.mark.parametrize(("layer", "shape"), CASES)
def test_a_formula_stands_in_a_docstring_of_the_layer(layer, shape):
    kinds = type(layer).__mro__
    told = " ".join(" ".join((kind.__doc__ or "").split()) for kind in kinds)
    above = " ".join(nn.Conv2d.__doc__.split()) if "W * x" in layer.formula else ""
    norms = " ".join(nn.LayerNorm.__doc__.split()) if "variance" in layer.formula else ""
    assert " ".join(layer.formula.split()) in f"{told} {above} {norms}"


def test_what_fits_loads_nothing_of_this():
    look = (
        "import sys, numpy as np, pellucid as pc\n"
        "from pellucid import nn, functional as f\n"
        "model = nn.Sequential(nn.Linear(3, 2))\n"
        "f.cross_entropy(model(np.ones((4, 3), np.float32)), np.zeros(4, np.int64)).backward()\n"
        "print(*(m for m in sys.modules if m.startswith(('pellucid.misfits', 'pellucid.lang'))))"
    )
    done = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
