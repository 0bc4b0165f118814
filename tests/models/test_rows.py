"""Images read row by row: rows as time steps, and that bars are told from columns."""

import numpy as np
import pytest

from pellucid.data import Form
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.models import MODELS
from pellucid.models.rows import RowReaderOptions
from pellucid.optim import Adam
from pellucid.random import Generator


@pytest.mark.parametrize("name", ["lstm", "gru"])
@pytest.mark.parametrize("both", [False, True])
def test_rows_are_read_as_time_steps(name: str, both: bool) -> None:
    kind = MODELS[name]
    options = kind.options(hidden=12, bidirectional=both)
    model = kind.built(Form((3, 4, 5), 2), options, Generator(0))
    x = np.random.default_rng(0).normal(size=(6, 3, 4, 5)).astype(np.float32)
    assert model(x).shape == (6, 2)
    assert model.output.weight.shape == (24 if both else 12, 2)
    rows = np.concatenate([x[:, channel] for channel in range(3)], axis=-1)
    outputs = model.reader(rows)[0].numpy()
    np.testing.assert_allclose(model(x).numpy(), model.output(outputs.mean(axis=1)).numpy(), 1e-5)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_bars_are_told_from_columns(name: str) -> None:
    draw = np.random.default_rng(0)
    t = draw.integers(0, 2, 64)
    x = draw.normal(0, 0.1, (64, 1, 8, 8)).astype(np.float32)
    for picture, label, place in zip(x[:, 0], t, draw.integers(0, 8, 64), strict=True):
        picture[(place, slice(None)) if label else (slice(None), place)] += 1.0
    kind = MODELS[name]
    model = kind.built(Form((1, 8, 8), 2), kind.options(hidden=16), Generator(0))
    optimizer = Adam(model.parameters(), 0.02)
    for _ in range(60):
        optimizer.minimize(cross_entropy(model(x), t))
    assert cross_entropy(model(x), t).item() < 0.1


@pytest.mark.parametrize("wrong", [{"hidden": 0}, {"layers": 0}])
def test_options_outside_their_range_are_refused(wrong):
    with pytest.raises(OptionError, match=r"RowReaderOptions.*hidden and layers are at least 1"):
        RowReaderOptions(**wrong)
