"""Runs of users' own classes at the command line: asked by their graph, or told what is missing."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Run, said

import pellucid as pc
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


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("evaluate", "its data, 'pets', were given .* In Python: pellucid.load.*evaluate"),
        ("resume", "knows neither the class of its model .* call its resume"),
        ("generate", "In Python: pellucid.models.generate"),
    ],
)
def test_what_the_folder_lacks_is_told_with_what_is_written_in_python(
    command: str, message: str, run: Run, tmp_path: Path
) -> None:
    trained("arrays", tmp_path / "run")
    code, out, err = run(command, tmp_path / "run")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert re.search(message, err)
    assert str(tmp_path / "run") in err


@pytest.mark.parametrize("is_flat", [True, False])
def test_a_run_is_measured_on_data_that_the_command_line_knows(
    is_flat: bool, run: Run, tmp_path: Path
) -> None:
    known = pc.data.digits()
    first: list[nn.Module] = [] if is_flat else [nn.Flatten()]
    model = nn.Sequential(*first, nn.Linear(64, 10)).seeded(1)
    data = known if is_flat else known.with_shape(1, 8, 8)
    saving = Saving(tmp_path / "run", report=False)
    Trainer(
        model, functional.cross_entropy, Adam(model.parameters()), data,
        options=Options(saving=saving),
    ).fit(1)  # fmt: skip
    code, out, err = run("evaluate", tmp_path / "run", "--data", "digits", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)["sets"]
    (fitted, chosen, judging), _ = pc.data.split(known, (0.6, 0.2, 0.2), seed=0)
    for name, part in (("train", fitted), ("validation", chosen), ("test", judging)):
        there = part if is_flat else part.with_shape(1, 8, 8)
        right = pc.train.evaluate(model, functional.cross_entropy, there)
        assert found[name] == pytest.approx({"samples": len(part), **right}, rel=1e-4)
    told = run("evaluate", tmp_path / "run", "--data", "digits")[1]
    assert "which of these the run has learned from, it does not tell" in told
    assert "Did you mean 'digits'" in said(
        run, "evaluate", str(tmp_path / "run"), "--data", "digit"
    )


def test_a_run_that_knows_its_data_takes_no_name_for_them(run: Run, tmp_path: Path) -> None:
    run("train", "moons", "--epochs", 1, "--quiet", "--out", tmp_path / "run")
    assert "knows its data. Leave it out." in said(
        run, "evaluate", str(tmp_path / "run"), "--data", "moons"
    )


def test_a_run_without_a_graph_asks_for_the_class(run: Run, tmp_path: Path) -> None:
    trained("arrays", tmp_path / "run", graph=False)
    code, _, err = run("predict", tmp_path / "run", SAMPLES["arrays"])
    assert code == 1
    assert "it holds no graph.safetensors" in err
    assert "in Python: pellucid.load(FOLDER, model=Net())" in err


def test_an_operation_of_ones_own_is_asked_for(run: Run, tmp_path: Path) -> None:
    class Cube(pc.Elementwise):
        """x^3."""

        def forward(self, xp: Any, x: Any) -> Any:
            return x * x * x

        def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
            return (dy * 3.0 * x * x,)

    class Cubic(nn.Linear):
        def forward(self, x: Any) -> Any:
            return pc.apply(Cube(), super().forward(x))

    model = Cubic(4, 3)
    options = Options(batch_size=12, saving=Saving(tmp_path / "run", report=False))
    Trainer(
        model, functional.cross_entropy, Adam(model.parameters()), KINDS["arrays"][2], None, options
    ).fit(1)
    code, _, err = run("predict", tmp_path / "run", SAMPLES["arrays"])
    assert code == 1
    assert "no primitive 'cube'. One of your own is known by its class: primitives=(Own,)" in err
