"""LSTM layers that read characters: size, an empty memory at the start, and refusals."""

import numpy as np
import pytest

from pellucid.errors import OptionError, ShapeError
from pellucid.models.char_lstm import CharLSTM, CharLSTMOptions
from pellucid.random import Generator


def test_it_has_the_weights_of_its_layers():
    options = CharLSTMOptions(features=3, hidden=5, layers=2)
    weights = CharLSTM(7, options, rng=Generator(seed=0)).parameters()
    matrices = sum(w.size for w in weights.values() if w.ndim == 2)
    # 7 characters as 3 numbers; 4 gates of 5 for 3 and 5 numbers, then for 5 and 5; scores of 7.
    assert matrices == 7 * 3 + 4 * 5 * (3 + 5) + 4 * 5 * (5 + 5) + 5 * 7


def test_the_memory_is_empty_at_the_start_of_every_window():
    model = CharLSTM(7, CharLSTMOptions(features=3, hidden=5), rng=Generator(seed=0)).inference()
    ids = np.array([[1, 2, 3]])
    first = model(ids).numpy()
    model(ids[:, ::-1].copy())
    np.testing.assert_array_equal(model(ids).numpy(), first)


@pytest.mark.parametrize(
    ("wrong", "message"), [({"layers": 0}, "layers=0"), ({"dropout": -0.5}, r"dropout is -0\.5")]
)
def test_options_outside_their_range_are_refused(wrong, message):
    with pytest.raises(OptionError, match=f"char-lstm: .*{message}"):
        CharLSTMOptions(**wrong)


def test_ids_of_other_axes_are_refused():
    with pytest.raises(ShapeError, match=r"ids of shape \(9,\)"):
        CharLSTM(5, rng=Generator(0))(np.zeros(9, np.int64))
