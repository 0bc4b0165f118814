"""The recipe that is measured is the one that users read."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import mnist_accuracy
import pytest

ROOT = Path(__file__).parents[2]


def test_the_documents_tell_the_recipe_that_is_measured() -> None:
    told = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for model in mnist_accuracy.GOALS:
        assert f"--model {model} {mnist_accuracy.recipe(model)}\n" in told


def test_each_model_is_trained_by_it_for_each_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[str] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(" ".join(command))
        measures = {"test accuracy": {"values": [0.99, 0.98, 0.97]}}
        return SimpleNamespace(stdout=json.dumps({"measures": measures}))

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("sys.argv", ["mnist_accuracy.py", "there"])
    mnist_accuracy.main()
    models = zip(mnist_accuracy.GOALS, commands, strict=True)
    assert all(f"--model {model} " in command for model, command in models)
    assert f"{mnist_accuracy.RECIPE} --dropout 0.25 --seeds 3" in commands[1]
    assert capsys.readouterr().out.splitlines()[1] == (
        "deep-convnet: 0.9900 0.9800 0.9700, median 0.9800, goal 0.993"
    )
