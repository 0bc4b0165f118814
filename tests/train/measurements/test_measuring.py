import json
from collections.abc import Callable
from pathlib import Path

import pytest
from train.conftest import Net, blobs, make_trainer

from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.train import Callback, Options, RunFolder, Saving, Trainer, evaluate
from pellucid.train.measurements.history import ValidationRecord

Make = Callable[..., Trainer]


class Seeing(Callback):
    """What was measured, and what the model then gives."""

    def __init__(self) -> None:
        self.records: list[ValidationRecord] = []
        self.again: list[float] = []

    def after_validation(self, trainer: Trainer, record: ValidationRecord) -> None:
        self.records.append(record)
        assert trainer.validation is not None
        model, loss = trainer.model, trainer.loss
        self.again.append(evaluate(model, loss, trainer.validation, (), "reference")["loss"])


def test_validation_comes_after_every_so_many_updates_of_an_epoch(
    make: Make, tmp_path: Path, same_bits: Callable[[Trainer, Trainer], None]
) -> None:
    seeing = Seeing()
    saving = Saving(tmp_path / "run", report=False)
    trainer = make(validate_every=3, callbacks=(seeing,), saving=saving)
    history = trainer.fit(3)  # 5 updates an epoch: after 15 it is one of the epoch
    assert [(r.step, r.epoch) for r in seeing.records] == [(3, 1), (6, 2), (9, 2), (12, 3)]
    assert history.validations["step"] == [3, 6, 9, 12]
    assert history.validations["validation_loss"] == seeing.again
    assert history.as_dict()["validations"] == history.validations
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["kind"] for line in lines]
    assert kinds == 3 * ["step"] + ["validation"] + kinds[4:]
    assert kinds.count("validation") == 4
    plain = make()
    plain.fit(3)
    same_bits(plain, trainer)
    assert plain.history.epochs == history.epochs


@pytest.mark.parametrize("stop", [3, 4, 6, 10])
def test_it_is_the_same_however_training_was_interrupted(
    make: Make, tmp_path: Path, stop: int
) -> None:
    def trainer(name: str, *callbacks: Callback) -> Trainer:
        saving = Saving(tmp_path / name, report=False)
        return make(validate_every=3, saving=saving, callbacks=callbacks)

    whole = trainer("whole")
    whole.fit(3)
    part = trainer("part")
    for record in part:
        if record.step == stop:
            break
    part.save()
    again = trainer("part")
    again.resume()
    history = again.fit(3)
    assert history.validations == whole.history.validations
    assert RunFolder.open(tmp_path / "part").lines() == RunFolder.open(tmp_path / "whole").lines()


def test_a_validation_that_failed_comes_first_when_training_goes_on(make: Make) -> None:
    trainer = make(validate_every=3)
    evaluation = trainer._measuring.evaluation

    def failing(*_: object) -> None:
        raise RuntimeError("no")

    trainer._measuring.evaluation = failing  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        trainer.fit(1)
    assert trainer.position.step == 3
    trainer._measuring.evaluation = evaluation
    assert trainer.fit(1).validations["step"] == [3]


def test_without_a_set_to_validate_on_it_is_refused() -> None:
    model = Net()
    optimizer = Adam(model.parameters())
    options = Options(validate_every=3)
    with pytest.raises(OptionError, match="validate_every is 3, and there is no validation set"):
        Trainer(model, cross_entropy, optimizer, blobs(70), None, options)
    with pytest.raises(OptionError, match=r"validate_every is 0. It counts updates: at least 1"):
        make_trainer(validate_every=0)


def test_it_is_shown_between_the_epochs_and_on_the_curves(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = make(validate_every=3)
    trainer.fit(1, show=True)
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith("step 3: validation loss ")
    assert ", validation accuracy 0." in first
    assert others[0].split()[:3] == ["epoch", "train", "loss"]
    labels = [line.get_label() for line in trainer.history.plot().axes[0].lines]
    assert "within epochs" in labels
