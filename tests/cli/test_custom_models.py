"""Runs of users' own classes at the command line: asked by their graph, or told what is missing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Run, said
from cli.own_runs import KINDS, SAMPLES, trained

import pellucid as pc
from pellucid import functional, nn
from pellucid.optim import Adam
from pellucid.train import Options, Saving, Trainer


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
