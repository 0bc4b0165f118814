import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from train.conftest import Net, blobs

from pellucid.errors import FileError, OptionError
from pellucid.functional import cross_entropy
from pellucid.measures import best_temperature, expected_calibration_error, log_loss
from pellucid.optim import Adam
from pellucid.train import Calibrated, Options, Saving, Trainer
from pellucid.train.measurements.judging import judged

Make = Callable[..., Trainer]


def test_the_report_and_the_run_folder_tell_the_calibration(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run", calibrate=True))
    trainer.judged = blobs(50, seed=2)
    trainer.fit(3)
    made = Calibrated.load(tmp_path / "run")
    assert made is not None
    assert trainer.validation is not None
    found = judged(trainer.model, cross_entropy, trainer.validation)
    p, true = found.probabilities, trainer.validation.labels
    assert made.temperature == best_temperature(true, p)
    assert (made.threshold, made.samples, made.weights) == (None, 30, trainer.history.weights)
    assert log_loss(true, made.probabilities(p)) < log_loss(true, p)
    page = (tmp_path / "run" / "report.html").read_text()
    assert "<h2>Calibration</h2>" in page
    assert ">blobs 30</td>" in page
    assert ">blobs 50</td>" in page
    assert "Reliability: how often what is given a probability is right" in page
    assert f"{expected_calibration_error(true, p):.4f}"[:5] in page
    trainer.fit(more=1)
    again = Calibrated.load(tmp_path / "run")
    assert again is not None
    assert again.weights != made.weights


def test_none_is_made_unless_it_is_asked_for(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run")).fit(1)
    assert Calibrated.load(tmp_path / "run") is None
    assert "<h2>Calibration</h2>" not in (tmp_path / "run" / "report.html").read_text()


def test_of_two_classes_a_threshold_is_told() -> None:
    made = Calibrated(2.0, 0.6, "blobs", 9, "weights of epoch 1, the last")
    p = np.array([[0.45, 0.55], [0.05, 0.95]])
    assert made.classes(made.probabilities(p)).tolist() == [0, 1]
    assert str(made) == "calibrated: temperature 2.000, yes above 0.6000, from 9 samples of 'blobs'"


def test_what_cannot_be_calibrated_is_refused(tmp_path: Path) -> None:
    model = Net()
    options = Options(saving=Saving(tmp_path / "run", calibrate=True))
    with pytest.raises(OptionError, match="calibrate is True, and there is no validation set"):
        Trainer(model, cross_entropy, Adam(model.parameters()), blobs(70), None, options)


@pytest.mark.parametrize("text", ["{", "{}", '{"heat": 1}', "[]"])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "calibration.json").write_text(text)
    with pytest.raises(FileError, match=r"it is damaged .* Delete it: it is found again"):
        Calibrated.load(tmp_path)
    made = Calibrated(1.5, 0.25, "a", 3, "b")
    made.save(tmp_path)
    assert json.loads((tmp_path / "calibration.json").read_text())["temperature"] == 1.5
    assert Calibrated.load(tmp_path) == made
