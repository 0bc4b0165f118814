"""What mends a layer that is given the wrong shape: arrangements that it takes, other sizes."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.languages import language
from pellucid.misfits.chains import Step
from pellucid.misfits.remedies import giving, remedies, unflattened


@pytest.fixture(autouse=True)
def _english():
    with language("en"):
        yield


LAYERS = [
    (nn.Conv2d(3, 8, 3), (5, 8, 8, 3)),
    (nn.Conv2d(1, 8, 3), (5, 8, 8)),
    (nn.Conv2d(1, 8, 3), (5, 64)),
    (nn.Conv2d(3, 8, 3), (8, 8, 3)),
    (nn.Conv1d(1, 8, 3), (30,)),
    (nn.Conv1d(3, 8, 3), (5, 9, 3)),
    (nn.LSTM(4, 2), (5, 4, 7)),
    (nn.LSTM(4, 2), (5, 4)),
    (nn.LSTM(1, 2), (5, 4)),
    (nn.LSTM(6, 2), (5, 7, 2, 3)),
    (nn.LSTM(6, 2), (5, 1, 7, 6)),
    (nn.Linear(5, 2), (5, 9)),
    (nn.MaxPool2d(2), (5, 8, 8)),
    (nn.MultiHeadAttention(4, 2), (7, 4)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda v: str(v).partition("\n")[0])
def test_an_arrangement_that_is_told_is_taken_by_the_layer(layer, shape):
    x = pc.zeros(shape)
    found = remedies(layer, x, Step("", "", shape))
    moves = [text for text in found if text.startswith("Give it x.")]
    assert moves
    for text in moves:
        code, _, told = text.removeprefix("Give it ").rstrip(".").partition(", of shape ")
        given = eval(code, {"x": x})
        assert str(given.shape) == told
        layer(given)


def test_the_layer_before_is_told_with_as_many_outputs_as_are_wanted():
    giver = Step("body.0", "Linear(4, 6)", (2, 6), nn.Linear(4, 6))
    assert list(giving(giver, 6, 9)) == ["Make `body.0` Linear(4, 9)."]
    assert list(giving(giver, 5, 9)) == []
    assert list(giving(Step("", "", (2, 6)), 6, 9)) == []
    assert list(giving(None, 6, 9)) == []


def test_a_layer_that_took_images_is_told_with_their_rows():
    x = pc.zeros((2, 3, 4, 5))
    giver = Step("2", "Linear(5, 7)", (2, 3, 4, 7), nn.Linear(5, 7), x)
    assert list(unflattened(giver)) == ["Put nn.Flatten() before `2`, and make it Linear(60, 7)."]


def test_no_more_than_two_remedies_are_told():
    assert len(remedies(nn.Linear(5, 2), pc.zeros((5, 9)), Step("", "", (5, 9)))) == 2


def test_integers_need_no_other_dtype_in_an_embedding():
    layer = nn.Embedding(9, 4)
    assert remedies(layer, pc.tensor(np.zeros((2, 3), np.int64)), None) == []
    assert remedies(layer, pc.zeros((2, 3)), None) == [
        "Ids are integers: give it x.astype('int64')."
    ]
