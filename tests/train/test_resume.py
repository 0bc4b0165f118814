from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt

from pellucid.data import from_arrays
from pellucid.errors import FileError, OptionError, StateError
from pellucid.functional import cross_entropy, focal_loss
from pellucid.io import safetensors
from pellucid.train import Callback, EarlyStopping, Saving, Trainer

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


def metrics(folder: Path) -> bytes:
    return (folder / "metrics.jsonl").read_bytes()


@pytest.mark.parametrize("step", [0, 1, 3, 5, 7, 14])
def test_a_resumed_run_has_the_bits_of_an_uninterrupted_one(
    make: Make, same_bits: Same, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.pace.TARGET_SECONDS", 0.0)
    whole = make(saving=Saving(tmp_path / "whole", report=False))
    whole.fit(3)
    saving = Saving(tmp_path / "parts", report=False)
    parts = make(saving=saving, callbacks=(StopAt(step),) if step else ())
    if step:
        parts.fit(3)
        assert parts.position.step == step
    else:
        parts._prepare()
    again = make(saving=saving)
    again.resume()
    assert again.position == parts.position
    assert again.history.steps == parts.history.steps
    again.fit(3)
    same_bits(whole, again)
    assert metrics(tmp_path / "whole") == metrics(tmp_path / "parts")
    assert whole.history.as_dict() == again.history.as_dict()


def test_patience_and_best_weights_survive(make: Make, tmp_path: Path) -> None:
    def trainer(folder: str, *callbacks: Callback) -> Trainer:
        made = make(
            saving=Saving(tmp_path / folder, report=False),
            early_stopping=EarlyStopping(patience=3),
            keep="best",
            callbacks=callbacks,
        )
        made.optimizer.learning_rate.assign(np.float32(0.3))
        return made

    whole = trainer("whole")
    expected = whole.fit(60)
    assert expected.best_epoch is not None
    # Stop between the best epoch and the end of patience.
    trainer("parts", StopAt(5 * (expected.best_epoch + 1))).fit(60)
    again = trainer("parts")
    again.resume()
    assert again.fit(60).as_dict() == expected.as_dict()
    assert again.history.restored_epoch == expected.restored_epoch
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(array, again.model.state_dict()[name])


def test_a_finished_run_can_be_trained_longer(make: Make, same_bits: Same, tmp_path: Path) -> None:
    whole = make()
    whole.fit(5)
    make(saving=Saving(tmp_path / "run", report=False)).fit(2)
    longer = make(saving=Saving(tmp_path / "run", report=False))
    longer.resume()
    longer.fit(5)
    same_bits(whole, longer)


def test_resuming_a_finished_run_changes_nothing(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(2)
    before = metrics(tmp_path / "run")
    again = make(saving=Saving(tmp_path / "run", report=False))
    again.resume()
    with pytest.warns(UserWarning, match="fit: nothing was trained, as all 2 epochs are done"):
        again.fit(2)
    assert metrics(tmp_path / "run") == before


def test_lines_after_the_checkpoint_and_a_torn_one_are_forgotten(
    make: Make, same_bits: Same, tmp_path: Path
) -> None:
    whole = make(saving=Saving(tmp_path / "whole", report=False))
    whole.fit(3)
    folder = tmp_path / "parts"
    make(saving=Saving(folder, report=False), callbacks=(StopAt(5),)).fit(3)
    with open(folder / "metrics.jsonl", "ab") as file:
        file.write(b'{"kind": "step", "step": 6, "epoch": 2, "loss": 9.0}\n{"kind": "st')
    again = make(saving=Saving(folder, report=False))
    again.resume()
    again.fit(3)
    same_bits(whole, again)
    assert metrics(tmp_path / "whole") == metrics(folder)


# ---- refusals ----------------------------------------------------------------------------


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
    "activation": (with_activation, "step is 'graph [0-9a-f]{16}' here; the run has 'graph "),
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


def test_a_folder_with_a_run_is_never_overwritten(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    before = metrics(tmp_path / "run")
    with pytest.raises(FileError, match=r"holds a run already. Resume it, or choose"):
        make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    assert metrics(tmp_path / "run") == before


def test_resuming_without_a_folder_is_refused(make: Make) -> None:
    with pytest.raises(FileError, match="this Trainer keeps no run folder"):
        make().resume()


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_checkpoint_is_named_and_the_one_before_it_works(
    make: Make, same_bits: Same, tmp_path: Path, damage: bytes | None
) -> None:
    whole = make()
    whole.fit(3)
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(2)
    newest = tmp_path / "run" / "checkpoints" / "step-0000000010.safetensors"
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2] if damage is None else damage)
    again = make(saving=saving)
    with pytest.raises(FileError, match=r"step-0000000010.*before it is step-0000000000"):
        again.resume()
    newest.unlink()
    again.resume()
    again.fit(3)
    same_bits(whole, again)


@pytest.mark.parametrize(
    "entry", ["no JSON", "[]", "{}", '{"position": {"step": "x"}}', '{"position": {"pace": 1}}']
)
def test_a_checkpoint_with_a_damaged_entry_is_named(make: Make, tmp_path: Path, entry: str) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    file = tmp_path / "run" / "checkpoints" / "step-0000000005.safetensors"
    arrays, _ = safetensors.load(file)
    safetensors.save(file, arrays, {"pellucid.checkpoint": entry})
    with pytest.raises(FileError, match=r"step-0000000005.safetensors: its entry .* is damaged"):
        make(saving=saving).resume()


def test_weights_alone_are_no_checkpoint(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    trainer = make(saving=saving)
    trainer.fit(1)
    file = tmp_path / "run" / "checkpoints" / "step-0000000005.safetensors"
    safetensors.save(file, trainer.model.state_dict())
    with pytest.raises(FileError, match="is not a checkpoint of a training run"):
        make(saving=saving).resume()


def test_a_metrics_file_with_a_gap_is_refused(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(2)
    file = tmp_path / "run" / "metrics.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(FileError, match="holds 11 lines up to step 10; the checkpoint counts 12"):
        make(saving=saving).resume()
