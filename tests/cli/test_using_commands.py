"""The commands that use a run's model: what they take, and what a run without text is told."""

from pathlib import Path

import pytest
from cli.conftest import Run, done

from pellucid.cli.using_commands import evaluate, explain, generate, predict


@pytest.mark.parametrize("command", [evaluate, predict, explain, generate], ids=lambda c: c.name)
def test_help_has_examples_and_every_option_its_words(run: Run, command) -> None:  # type: ignore[no-untyped-def]
    told = done(run(command.name, "--help"))
    assert f"pellucid {command.name} runs/" in told
    for option in command.params:
        assert option.param_type_name == "argument" or option.help


def test_a_run_is_evaluated_asked_and_explained(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done(run("train", "moons", "--executor", "reference", "--epochs", 1, "--out", folder))
    assert "accuracy" in done(run("evaluate", folder))
    assert "0.5,-0.25" in done(run("predict", folder, "0.5,-0.25"))
    assert "parameters" in done(run("explain", folder))
    code, _, err = run("generate", folder)
    assert code == 2
    assert "generate" in err
