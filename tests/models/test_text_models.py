"""Models of text: that they look back only, and that they learn."""

import math
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.data import Vocabulary, text_windows
from pellucid.functional import cross_entropy
from pellucid.models import (
    MODELS,
    CharLSTMOptions,
    CharTransformerOptions,
    generate,
)
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.train import Options, Saving, Trainer

SMALL: dict[str, Any] = {
    "char-transformer": CharTransformerOptions(features=32, heads=2, blocks=1),
    "char-lstm": CharLSTMOptions(features=16, hidden=48),
}
LENGTH = 16
TEXT = "".join(f"{n} and {n} make {2 * n}.\n" for n in range(1, 10)) * 15
LETTERS = Vocabulary.of(TEXT)
DATA = text_windows(TEXT, LETTERS, LENGTH, name="sums")


def built(name: str, seed: int = 0) -> nn.Module:
    return MODELS[name].built(DATA.form, SMALL[name], Generator(seed))


def trainer(name: str, folder: Path | None = None, executor: str = "reference") -> Trainer:
    model = built(name)
    saving = None if folder is None else Saving(folder, report=False)
    options = Options(batch_size=16, executor=executor, saving=saving)
    return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), DATA, None, options)


@pytest.mark.parametrize("name", list(SMALL))
def test_what_comes_later_changes_nothing_before(name: str) -> None:
    model = built(name).inference()
    ids = DATA.features[:2].copy()
    before = model(ids).numpy()
    ids[:, 9:] = (ids[:, 9:] + 1) % len(LETTERS)
    after = model(ids).numpy()
    np.testing.assert_array_equal(before[:, :9], after[:, :9])
    assert (before[:, 9:] != after[:, 9:]).any(axis=(0, 2)).all()


@pytest.mark.parametrize("name", list(SMALL))
def test_what_came_before_is_remembered(name: str) -> None:
    model = built(name).inference()
    ids = DATA.features[:1].copy()
    before = model(ids).numpy()[0, -1]
    ids[:, 3] = (ids[:, 3] + 1) % len(LETTERS)
    assert (model(ids).numpy()[0, -1] != before).any()


@pytest.mark.parametrize("name", list(SMALL))
def test_the_place_of_a_character_counts(name: str) -> None:
    logits = built(name).inference()(np.zeros((1, LENGTH), np.int64)).numpy()[0]
    assert np.ptp(logits, axis=0).max() > 1e-3


@pytest.mark.parametrize("name", list(SMALL))
def test_at_the_start_nothing_is_known(name: str) -> None:
    loss = cross_entropy(built(name)(DATA.features[:8]), DATA.labels[:8]).item()
    assert loss == pytest.approx(math.log(len(LETTERS)), rel=0.1)


@pytest.mark.parametrize("name", list(SMALL))
def test_a_text_is_learned_far_below_the_entropy_of_its_characters(name: str) -> None:
    given = trainer(name, executor="native")
    epochs = given.fit(60).epochs
    shares = np.bincount(LETTERS.encode(TEXT)) / len(TEXT)
    entropy = -(shares * np.log(shares)).sum()
    assert epochs["train_loss"][-1] < 0.25 * entropy
    chosen = generate(given.model, LETTERS, "\n", context=LENGTH, temperature=0.2, rng=Generator(0))
    words = "".join(islice(chosen, 100)).split()
    assert sum(word in TEXT for word in words) > 0.8 * len(words)


@pytest.mark.parametrize("name", list(SMALL))
def test_a_resumed_run_has_the_same_bits(name: str, tmp_path: Path) -> None:
    whole = trainer(name)
    whole.fit(3)
    trainer(name, tmp_path / "run").fit(1)
    parts = trainer(name, tmp_path / "run")
    parts.resume()
    parts.fit(3)
    for key, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(array, parts.model.state_dict()[key])


@pytest.mark.parametrize("name", list(SMALL))
def test_both_executors_take_the_same_steps(name: str) -> None:
    losses = []
    for executor in ("reference", "native"):
        model = built(name)
        options = Options(batch_size=16, executor=executor)
        given = Trainer(model, cross_entropy, Adam(model.parameters()), DATA, None, options)
        given.fit(1)
        losses.append(given.history.steps["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-4)
