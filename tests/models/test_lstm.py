"""The LSTM over the rows of an image: its size by the gates, and refusals by its own name."""

import numpy as np
import pytest

from pellucid.errors import OptionError, ShapeError
from pellucid.models.lstm import LSTMClassifier, LSTMClassifierOptions
from pellucid.random import Generator


def built(**options):
    return LSTMClassifier((3, 4, 5), 2, LSTMClassifierOptions(**options), rng=Generator(seed=0))


@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, False), (1, True)])
def test_every_gate_has_weights_for_the_row_and_for_the_memory(layers, both):
    weights = built(hidden=7, layers=layers, bidirectional=both).parameters()
    ways = 2 if both else 1
    # 4 gates of 7 for rows of 3 x 5 numbers; the layer above reads the 7 of the one below.
    expected = ways * 4 * 7 * ((15 + 7) + (layers - 1) * (7 + 7))
    reader = [w.size for name, w in weights.items() if name.startswith("reader") and w.ndim == 2]
    assert sum(reader) == expected
    assert weights["output.weight"].shape == (7 * ways, 2)


def test_the_order_of_the_rows_counts():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    model = built(hidden=6)
    assert (model(x).numpy() != model(x[:, :, ::-1].copy()).numpy()).all()


def test_refusals_have_its_name():
    with pytest.raises(OptionError, match=r"LSTMClassifierOptions.*hidden=0"):
        LSTMClassifierOptions(hidden=0)
    with pytest.raises(OptionError, match=r"LSTMClassifier: a sample of shape \(4, 5\)"):
        LSTMClassifier((4, 5), 2)
    with pytest.raises(ShapeError, match=r"\(2, 59\).* 60 numbers"):
        built()(np.zeros((2, 59), np.float32))
