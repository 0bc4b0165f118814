import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run, done

from pellucid.measures import tempered

WORDS = ("train", "moons", "--executor", "reference", "--noise", 0.4, "--epochs", 3)


def answers(run: Run, *words: object) -> tuple[list[float], dict[str, object]]:
    document = json.loads(done(run("predict", *words, "--json")))
    (answer,) = document["answers"]
    return list(answer["probabilities"].values()), document


def test_predictions_are_calibrated_when_asked(run: Run, moons: Path, tmp_path: Path) -> None:
    shutil.copytree(moons, tmp_path / "run")
    plain, _ = answers(run, tmp_path / "run", "0.5,0.25")
    assert not (tmp_path / "run" / "calibration.json").exists()
    sure, document = answers(run, tmp_path / "run", "0.5,0.25", "--calibrated")
    made = json.loads((tmp_path / "run" / "calibration.json").read_text())
    np.testing.assert_allclose(sure, tempered([plain], made["temperature"])[0], 1e-6)
    assert "calibrated: temperature " in str(document["weights"])
    made["threshold"] = 0.0
    (tmp_path / "run" / "calibration.json").write_text(json.dumps(made))
    _, document = answers(run, tmp_path / "run", "0.5,0.25", "--calibrated")
    assert document["answers"][0]["class"] == "1"  # type: ignore[index]


def test_training_calibrates_where_asked(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done(run(*WORDS, "--calibrate", "--out", folder))
    made = json.loads((folder / "calibration.json").read_text())
    assert "<h2>Calibration</h2>" in (folder / "report.html").read_text()
    done(run("resume", folder, "--more", 1))
    assert json.loads((folder / "calibration.json").read_text())["weights"] != made["weights"]


@pytest.mark.parametrize("words", [("sine",)])
def test_numbers_have_no_calibration(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    once = ("--epochs", 1, "--executor", "reference", "--out", tmp_path / "run")
    done(run("train", *words, *once))
    code, _, err = run("predict", tmp_path / "run", "0.5", "--calibrated")
    assert code == 2
    assert "this run gives no probabilities. Leave it out" in err
    code, _, err = run("train", *words, "--calibrate", *once[:-1], tmp_path / "other")
    assert code == 2
    assert "calibrate is True, and targets are numbers" in err
