"""Options of updates on the command line: what they mean, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli.updates import average_of, recovery_of
from pellucid.errors import OptionError
from pellucid.train import ExponentialAverage, GoBack, UniformAverage

Run = Callable[..., tuple[int, str, str]]
QUICK = ("--hidden", 4, "--executor", "reference", "--epochs", 2)


def test_the_words_of_averages() -> None:
    assert average_of(None, {}) is None
    assert average_of("uniform", {"start": 3}) == UniformAverage(start=3)
    assert average_of("exponential", {"decay": 0.5, "every": 2}) == ExponentialAverage(
        decay=0.5, every=2
    )


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (None, {"start": 3}, "--average-start: there is no average. Say which: --average expon"),
        ("uniform", {"decay": 0.9}, "--average-decay: a uniform average forgets nothing"),
        ("exponentail", {}, "average 'exponentail' is not known. Did you mean 'exponential'"),
        ("uniform", {"stert": 1}, "average option 'stert'. Did you mean 'start'"),
        ("exponential", {"decay": 1.5}, r"ExponentialAverage: decay is 1\.5"),
    ],
    ids=range(5),
)
def test_what_is_no_average_is_refused(name: Any, options: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        average_of(name, options)


def test_options_of_an_average_behind_its_name_are_told_where_they_stand(run: Run) -> None:
    code, _, err = run("train", "digits", "--average", "exponential:decay=0.9")
    assert code == 2
    assert "What belongs to it is said apart, by --average-decay, --average-start" in err


def test_an_average_is_kept_named_and_gone_on_with(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    words = ("--average", "exponential", "--average-decay", 0.9, "--out", folder)
    code, out, _ = run("train", "moons", *QUICK, *words)
    assert code == 0
    assert "averaged weights of epoch 2, the best by validation loss" in out
    code, out, _ = run("resume", folder, "--more", 1, "--json")
    assert code == 0
    assert json.loads(out)["weights"].startswith("averaged weights of epoch 3")
    code, out, err = run("train", "moons", *QUICK, "--average-start", 3)
    assert (code, out) == (2, "")
    assert "there is no average" in err


@pytest.mark.filterwarnings("ignore:Trainer. not finite")
def test_steps_that_are_not_finite_are_skipped_and_too_many_end_training(
    run: Run, tmp_path: Path
) -> None:
    words = ("--learning-rate", 1e38, "--not-finite", "skip", "--out", tmp_path / "run")
    code, _, err = run("train", "moons", *QUICK, "--optimizer", "sgd", *words)
    assert code == 1
    assert "10 steps in a row were not made" in err
    with pytest.raises(OptionError, match=r"not_finite 'skpi' is not known\. Did you mean 'skip'"):
        recovery_of("skpi")
    assert recovery_of("go-back") == GoBack()
    assert recovery_of("stop") is recovery_of(None) is None


def test_batch_statistics_of_an_average_are_computed_again(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    words = ("--hidden", 4, "--batch-norm", "--executor", "reference", "--epochs", 2)
    words += ("--average", "uniform", "--average-statistics", "recomputed", "--out", folder)
    code, _, err = run("train", "moons", *words)
    assert (code, "Traceback" in err) == (0, False)
    held = json.loads((folder / "config.json").read_text())
    assert held["recipe"]["average_options"] == {"statistics": "recomputed"}
    assert held["trainer"]["statistics"] == "recomputed"
    code, out, _ = run("resume", folder, "--more", 1, "--json")
    assert code == 0
    assert json.loads(out)["weights"].startswith("averaged weights of epoch")
