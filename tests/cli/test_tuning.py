"""`pellucid tune`: from options and ranges to the command that trains with the best."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.io import read_jsonl

Run = Callable[..., tuple[int, str, str]]
QUICK = ("--epochs", "2", "--hidden", "16", "--executor", "reference")


def test_a_search_ends_with_the_command_that_trains_so(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "search"
    tried = ("--try", "learning_rate=1e-5..1e-1", "--try", "batch_size=32/128", "--tries", "6")
    code, out, err = run("tune", "digits", *QUICK, *tried, "--out", folder)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert re.split("  +", lines[0].strip()) == ["trial", "score", "learning_rate", "batch_size"]
    scores = [float(line.split()[1]) for line in lines[1:7]]
    assert scores == sorted(scores)
    assert "6 trials, 0 without a score; all 6 trials made" in lines
    (command,) = (line for line in lines if line.startswith("train with: pellucid train digits"))
    trials = read_jsonl(folder / "trials.jsonl")[1:]
    best = min(trials, key=lambda trial: trial["score"])
    assert f"--learning-rate {best['point']['learning_rate']} " in command
    assert f"--batch-size {best['point']['batch_size']} " in command
    assert "--hidden 16 " in command
    assert (folder / "trials.png").exists()


def test_the_printed_command_trains_to_the_score_of_the_trial(run: Run, tmp_path: Path) -> None:
    ranges = ("--try", "hidden=8/16,8", "--try", "batch_norm=true/false", "--strategy", "grid")
    options = ("--epochs", "1", "--executor", "reference", "--out", tmp_path / "search")
    options = (*options, "--balanced", "--early-stopping", "3")
    code, out, _ = run("tune", "digits", *ranges, *options)
    assert code == 0
    (line,) = (line for line in out.splitlines() if line.startswith("train with: "))
    assert line.endswith(" --balanced --early-stopping 3")
    words = line.removeprefix("train with: pellucid ").split()
    code, out, _ = run(*words, "--executor", "reference", "--out", tmp_path / "run")
    assert code == 0
    records = read_jsonl(tmp_path / "run" / "metrics.jsonl")
    losses = [record["validation_loss"] for record in records if "validation_loss" in record]
    trials = read_jsonl(tmp_path / "search" / "trials.jsonl")[1:]
    assert len(trials) == 4
    assert min(losses) == pytest.approx(min(trial["score"] for trial in trials))


def test_the_finder_prints_a_rate(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("tune", "digits", *QUICK, "--find-learning-rate", "--out", tmp_path / "a")
    assert code == 0
    assert 1e-3 < float(out.splitlines()[0].removeprefix("suggested learning rate: ")) < 0.1
    assert (tmp_path / "a" / "rates.png").exists()


def test_a_search_that_is_called_again_goes_on(run: Run, tmp_path: Path) -> None:
    command = ("tune", "digits", *QUICK, "--try", "l2=1e-6..1e-2", "--tries", "3")
    first, again = (run(*command, "--out", tmp_path / "s")[1] for _ in range(2))
    assert first == again
    assert len((tmp_path / "s" / "trials.jsonl").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "nothing to try. Name options and ranges"),
        (("--try", "learning_rate"), "write NAME=LOW..HIGH or NAME=A/B/C"),
        (("--try", "learning=1..2"), "Did you mean 'learning_rate'?"),
        (("--try", "hidden=10..20"), "hidden is no number. Write its values as A/B/C"),
        (("--try", "learning_rate=1..x"), "'x' is not a number"),
        (("--try", "learning_rate=2..1"), "the lower one first"),
        (("--try", "activation=relu/tnh"), "Did you mean 'tanh'?"),
        (("--try", "batch_norm=yes"), "It is true or false"),
        (("--strategy", "randm"), "Did you mean 'random'?"),
    ],
)
def test_wrong_words_are_answered(run: Run, words: tuple[str, ...], says: str) -> None:
    code, out, err = run("tune", "digits", *words)
    assert (code, out) == (2, "")
    assert says in err
