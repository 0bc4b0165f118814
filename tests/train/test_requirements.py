"""What must be the same for training to go on: settings, data, step, ratios and model."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.errors import OptionError, StateError
from pellucid.functional import cross_entropy, focal_loss
from pellucid.io import safetensors
from pellucid.train import Saving, Trainer

Make = Callable[..., Trainer]


def another(trainer: Trainer, **changes: Any) -> Trainer:
    """A new Trainer of the same task, but for the changes."""
    parts = {
        "model": trainer.model,
        "loss": cross_entropy,
        "optimizer": trainer.optimizer,
        "train": trainer.train,
        "validation": trainer.validation,
        "options": trainer.options,
    }
    return Trainer(**parts | changes)


def with_activation(trainer: Trainer) -> Trainer:
    """The same layers, with another function between them, which no name tells."""
    model: Any = trainer.model
    model.forward = lambda x: model.output(model.dropout(model.hidden(x).tanh()))
    return another(trainer)


CHANGES: dict[str, tuple[Callable[[Trainer], Trainer], str]] = {
    "loss": (
        lambda t: another(t, loss=focal_loss),
        "loss is 'focal_loss' here; the run has 'cross",
    ),
    "options of the loss": (
        lambda t: another(t, loss=partial(cross_entropy, label_smoothing=0.1)),
        r"loss is 'cross_entropy\(label_smoothing=0\.1\)' here",
    ),
    "a loss without a name": (
        lambda t: another(t, loss=lambda y, target: cross_entropy(y, target) * 2.0),
        r"loss is '<lambda>' here; the run has 'cross_entropy'",
    ),
    "activation": (with_activation, "a step computes something else here"),
    "no validation": (lambda t: another(t, validation=None), "validation_checksum is None here"),
    "validation": (
        lambda t: another(t, validation=t.train),
        "validation_checksum is '[0-9a-f]+' here; the run has '[0-9a-f]+'",
    ),
    "metrics": (
        lambda t: another(t, options=replace(t.options, metrics=())),
        r"metrics is \[\] here; the run has \['accuracy'\]",
    ),
}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"seed": 4}, "seed is 4 here; the run has 3"),
        ({"batch_size": 8}, "batch_size is 8 here; the run has 16"),
        ({"drop_last": True}, "drop_last is True here; the run has False"),
        ({"shuffle": False}, "shuffle is False here; the run has True"),
    ],
)
def test_going_on_with_another_setting_is_refused(
    make: Make, tmp_path: Path, option: dict[str, Any], message: str
) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    with pytest.raises(OptionError, match=message):
        make(saving=saving, **option).resume()


def test_going_on_with_other_data_is_refused(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    other = make(saving=saving)
    features = other.train.features.copy()
    features[7, 1] += 1e-3
    data = from_arrays(features, other.train.labels, name="blobs", classes=3)
    trainer = Trainer(other.model, lambda y, t: y.sum(), other.optimizer, data, None, other.options)
    with pytest.raises(OptionError, match="data_checksum is"):
        trainer.resume()


@pytest.mark.parametrize("what", CHANGES)
def test_going_on_with_another_step_is_refused(make: Make, tmp_path: Path, what: str) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    change, message = CHANGES[what]
    trainer = change(make(saving=saving))
    before = trainer.model.state_dict()
    with pytest.raises(OptionError, match=f"resume .*: {message}"):
        trainer.resume()
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_going_on_with_another_ratio_of_dropout_is_refused(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    trainer = make(saving=saving)
    trainer.model.dropout.ratio = 0.3
    with pytest.raises(OptionError, match=r"model is 'Net\(.*Dropout\(0\.3\).*Dropout\(0\.2\)"):
        trainer.resume()


def test_going_on_with_another_model_is_refused(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    trainer = make(saving=saving)
    file = trainer.options.saving.folder / "checkpoints" / "step-0000000005.safetensors"
    arrays, texts = safetensors.load(file)
    arrays["model/hidden.weight"] = arrays["model/hidden.weight"][:3]
    safetensors.save(file, arrays, texts)
    before = trainer.model.state_dict()
    with pytest.raises(StateError, match=r"shape of model/hidden.weight: \(3, 16\), here \(4, 16"):
        trainer.resume()
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
