"""What runs of users' own classes answer at the command line, by their graph."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Run, said
from PIL import Image

from pellucid import functional, nn
from pellucid.data import Dataset, from_arrays
from pellucid.optim import Adam
from pellucid.train import AbsoluteError, Accuracy, Options, Saving, Trainer

NUMBERS = np.random.default_rng(0)


class Net(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        self.inner = nn.Linear(inputs, 6)
        self.dropout = nn.Dropout(0.2)
        self.output = nn.Linear(6, outputs)

    def forward(self, x: Any) -> Any:
        return self.output(self.dropout(functional.relu(self.inner(x))))


class Pictures(nn.Module):
    def __init__(self) -> None:
        self.convolution = nn.Conv2d(3, 4, 3)
        self.output = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        return self.output(functional.relu(self.convolution(x)).mean(axis=(2, 3)))


class Two(nn.Module):
    def __init__(self) -> None:
        self.left, self.right = nn.Linear(3, 2), nn.Linear(2, 2)

    def forward(self, x: Any, z: Any) -> Any:
        return self.left(x) * self.right(z)


class Text(nn.Module):
    def __init__(self) -> None:
        self.embedding = nn.Embedding(5, 4)
        self.lstm = nn.LSTM(4, 6)
        self.output = nn.Linear(6, 5)

    def forward(self, ids: Any) -> Any:
        return self.output(self.lstm(self.embedding(ids))[0])


def named(*names: str) -> np.ndarray[Any, Any]:
    return np.array(names)[np.arange(24) % len(names)]


def own(y: Any, t: Any) -> Any:
    """A loss that does not say what the outputs are."""
    return functional.cross_entropy(y, t)


X = NUMBERS.normal(size=(24, 4))
IDS = NUMBERS.integers(0, 5, (24, 7))
LINE = np.linspace(0, 1, 24)[:, None]
TWO = from_arrays(X[:, :3], named("a", "b"), name="two").with_inputs(X[:, :2].astype(np.float32))
KINDS: dict[str, tuple[Callable[[], Any], Any, Dataset]] = {
    "arrays": (
        lambda: Net(4, 3),
        functional.cross_entropy,
        from_arrays(X, named("cat", "dog", "eel"), name="pets"),
    ),
    "own loss": (lambda: Net(4, 2), own, from_arrays(X, named("no", "yes"))),
    "one output": (
        lambda: Net(4, 1),
        functional.binary_cross_entropy,
        from_arrays(X, named("no", "yes")),
    ),
    "numbers": (
        lambda: Net(1, 2),
        functional.mean_squared_error,
        from_arrays(LINE, np.hstack([LINE, 2 * LINE]), classes=0),
    ),
    "pictures": (
        Pictures,
        functional.cross_entropy,
        from_arrays(NUMBERS.uniform(size=(24, 3, 8, 8)), named("dark", "light")),
    ),
    "several inputs": (Two, functional.cross_entropy, TWO),
    "text": (
        Text,
        functional.cross_entropy,
        from_arrays(IDS, (IDS + 1) % 5, classes=5, vocabulary=5),
    ),
}
SAMPLES = {
    "arrays": "1,2,-3,4",
    "own loss": "1,2,-3,4",
    "one output": "1,2,-3,4",
    "numbers": "0.5",
    "several inputs": "1,2,3,4,5",
    "text": "1,2,3,4,0,1,2",
}


def trained(kind: str, folder: Path, *, graph: bool = True) -> Trainer:
    make, loss, data = KINDS[kind]
    model = make()
    metrics = (Accuracy() if data.classes else AbsoluteError(),)
    options = Options(
        batch_size=12,
        metrics=() if kind == "own loss" else metrics,
        executor="reference",
        saving=Saving(folder, report=False, graph=graph),
    )
    trainer = Trainer(model, loss, Adam(model.parameters()), data, options=options)
    trainer.fit(1)
    return trainer


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
