"""What runs of users' own classes answer at the command line, by their graph."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Run, said
from cli.own_runs import SAMPLES, X, trained
from PIL import Image

from pellucid import functional, nn
from pellucid.data import from_arrays
from pellucid.optim import Adam
from pellucid.train import Options, Saving, Trainer


def expected(trainer: Trainer, word: str) -> Any:
    """What the model itself gives for a sample."""
    numbers = np.array([float(part) for part in word.split(",")])
    inputs, begin = [], 0
    for array in trainer.train.inputs:
        size = int(np.prod(array.shape[1:]))
        part = numbers[begin : begin + size].reshape(1, *array.shape[1:])
        inputs.append(part.astype(array.dtype))
        begin += size
    return trainer.model.predictor()(*inputs)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_run_of_any_kind_predicts_from_its_graph(kind: str, run: Run, tmp_path: Path) -> None:
    trainer = trained(kind, tmp_path / "run")
    code, out, err = run("predict", tmp_path / "run", SAMPLES[kind], "--json")
    assert (code, err) == (0, "")
    (answer,) = json.loads(out)["answers"]
    y = expected(trainer, SAMPLES[kind])
    names = trainer.train.class_names
    if kind == "text":
        assert answer["classes"] == [str(i) for i in y.numpy()[0].argmax(axis=1)]
    elif kind == "numbers":
        assert answer["outputs"] == pytest.approx(y.numpy()[0].tolist(), rel=1e-4)
    elif kind == "one output":
        p = float(y.sigmoid().numpy()[0, 0])
        assert list(answer["probabilities"].values()) == pytest.approx([1 - p, p], rel=1e-4)
        assert answer["class"] == names[int(p > 0.5)]
    else:
        shown = y if kind == "own loss" else functional.softmax(y)
        values = answer["outputs" if kind == "own loss" else "probabilities"]
        assert list(values) == list(names)
        assert list(values.values()) == pytest.approx(shown.numpy()[0].tolist(), rel=1e-4)
        assert answer["class"] == names[int(y.numpy()[0].argmax())]
    code, out, _ = run("predict", tmp_path / "run", SAMPLES[kind])
    assert code == 0
    assert out.splitlines()[0].startswith("sample")
    assert "weights of epoch 1, the last" in out


def test_a_run_of_pictures_reads_pictures(run: Run, tmp_path: Path) -> None:
    trainer = trained("pictures", tmp_path / "run")
    Image.new("RGB", (8, 8), (255, 0, 51)).save(tmp_path / "red.png")
    x = np.broadcast_to(np.float32([1, 0, 0.2])[:, None, None], (1, 3, 8, 8))
    p = functional.softmax(trainer.model.predictor()(x)).numpy()[0]
    code, out, _ = run("predict", tmp_path / "run", tmp_path / "red.png", "--json")
    assert code == 0
    (answer,) = json.loads(out)["answers"]
    assert list(answer["probabilities"].values()) == pytest.approx(p.tolist(), rel=1e-3)
    told = said(run, "predict", str(tmp_path / "run"), "1,2")
    assert "takes a picture, scaled to 8 x 8, or 192 finite numbers" in told


def test_samples_that_do_not_fit_are_told_what_the_model_takes(run: Run, tmp_path: Path) -> None:
    for kind, word, message in (
        ("arrays", "1,2", "This model takes 4 finite numbers, separated by commas"),
        ("arrays", "1,2,nan,3", "This model takes 4 finite numbers"),
        ("arrays", "cat.png", "This model takes 4 finite numbers"),
        ("several inputs", "1,2,3", "takes 5 finite numbers, .*: 3, then 2 for its 2 inputs"),
        ("text", "1,2,3,4,0,1,0.5", "This model takes ids: whole numbers"),
    ):
        folder = tmp_path / kind
        if not folder.exists():
            trained(kind, folder)
        assert re.search(message, said(run, "predict", str(folder), word))
    code, out, err = run("predict", tmp_path / "arrays", SAMPLES["arrays"], "1,2")
    assert code == 2
    assert SAMPLES["arrays"] in out
    assert "'1,2'. This model takes 4" in err


def test_of_a_picture_that_a_model_gives_people_see_the_first_numbers(
    run: Run, tmp_path: Path
) -> None:
    data = from_arrays(X, np.repeat(X, 8, axis=1), classes=0)
    model = nn.Linear(4, 32)
    options = Options(
        batch_size=12, metrics=(), executor="reference", saving=Saving(tmp_path, report=False)
    )
    Trainer(
        model, functional.mean_squared_error, Adam(model.parameters()), data, None, options
    ).fit(1)
    code, out, _ = run("predict", tmp_path, "1,2,3,4")
    head, row, _ = out.splitlines()
    assert code == 0
    assert head.split()[1:21] == [f"y{i}" for i in range(20)]
    assert head.endswith("32 in all")
    assert row.endswith("...")
    (answer,) = json.loads(run("predict", tmp_path, "1,2,3,4", "--json")[1])["answers"]
    assert len(answer["outputs"]) == 32
