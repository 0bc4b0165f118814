"""What programs read, and what is left out for people who want little: --json and --quiet."""

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Run
from cli.documents import QUICK, read

import pellucid as pc
from pellucid.cli import main
from pellucid.cli.datasets import DATA
from pellucid.io import read_jsonl
from pellucid.models import MODELS
from pellucid.train import RunFolder


def test_training_is_one_document_with_every_number_whole(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    code, out, err = run("train", "moons", *QUICK, "--json", "--out", folder)
    assert (code, err) == (0, "")
    found, lines = read(out, "train"), read_jsonl(folder / "metrics.jsonl")
    epochs = [line for line in lines if line["kind"] == "epoch"]
    assert found["epochs"] == [{k: v for k, v in e.items() if k != "kind"} for e in epochs]
    assert found["run"] == str(folder)
    assert found["ended"] == "all 2 epochs done"
    assert found["samples"] == {"train": 240, "validation": 80, "test": 80}
    losses = [epoch["validation_loss"] for epoch in epochs]
    assert found["best_epoch"] == found["kept_epoch"] == 1 + int(np.argmin(losses))
    best = found["best_epoch"]
    assert found["weights"] == f"weights of epoch {best}, the best by validation loss"
    opened = pc.load(folder)
    assert found["test"] == pytest.approx(opened.evaluate(opened.data.test), rel=1e-6)


def test_resuming_is_the_document_of_the_whole_run(run: Run, tmp_path: Path) -> None:
    words = ("train", "moons", *QUICK, "--keep", "last", "--quiet", "--out", tmp_path / "run")
    run(*words)
    code, out, err = run("resume", tmp_path / "run", "--more", 1, "--json")
    found = read(out, "resume")
    assert (code, err) == (0, "")
    assert [epoch["epoch"] for epoch in found["epochs"]] == [1, 2, 3]
    assert (found["kept_epoch"], found["weights"]) == (3, "weights of epoch 3, the last")


def test_without_a_test_set_there_are_no_such_values(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pellucid.cli import training

    load = training.load_data

    def without(recipe: Any) -> Any:
        parts = load(recipe)
        return training.DataParts(parts.train, None, None, skipped=("a.png: torn",))

    monkeypatch.setattr(training, "load_data", without)
    code, out, err = run("train", "moons", *QUICK, "--json", "--out", tmp_path / "run")
    found = read(out)
    assert (code, err) == (0, "skipped: a.png: torn\n")
    assert (found["test"], found["skipped"]) == (None, ["a.png: torn"])
    assert found["samples"] == {"train": 240, "validation": 0, "test": 0}


def test_a_quiet_run_prints_nothing_and_leaves_the_same_files(run: Run, tmp_path: Path) -> None:
    for how, name in (((), "loud"), (("--quiet",), "quiet"), (("--json", "--quiet"), "both")):
        code, out, err = run("train", "moons", *QUICK, *how, "--out", tmp_path / name)
        assert (code, err) == (0, "")
        assert bool(out) == (name != "quiet")
    for file in ("metrics.jsonl", "model.safetensors", "config.json"):
        contents = {(tmp_path / n / file).read_bytes() for n in ("loud", "quiet", "both")}
        assert len(contents) == 1


@pytest.mark.filterwarnings("default")
def test_quiet_leaves_warnings_out_for_that_command_alone(run: Run, moons: Path) -> None:
    assert run("resume", moons, "--quiet") == (0, "", "")
    code, out, err = run("resume", moons, "--json")
    assert code == 0
    assert read(out)["ended"] == "all 2 epochs done"
    assert "nothing was trained" in err


@pytest.mark.parametrize("how", ["--quiet", "--json"])
def test_errors_are_told_all_the_same(run: Run, tmp_path: Path, how: str) -> None:
    for words, code in (
        (("train", "moons", "--batch-size", 100_000, "--out", tmp_path / "a"), 1),
        (("train", "moons", "--hidden", "x"), 2),
        (("resume", tmp_path / "none"), 1),
        (("evaluate", tmp_path / "none"), 1),
        (("tune", "moons"), 2),
    ):
        got, out, err = run(*words, how)
        assert (got, out, err.count("\n")) == (code, "", 1)


def test_a_run_that_is_stopped_tells_it_with_its_exit_code(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pellucid.cli import training

    def end(self: training.TestAtEnd, trainer: Any, steps: Any) -> None:
        trainer.stop("stopped by SIGTERM")

    monkeypatch.setattr(training.TestAtEnd, "after_steps", end)
    code, out, _ = run("train", "moons", *QUICK, "--json", "--out", tmp_path / "run")
    assert code == 143
    assert read(out)["ended"] == "stopped by SIGTERM"
    assert read(out)["epochs"] == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("how", "shown"), [((), True), (("--quiet",), False)])
def test_beside_the_document_a_terminal_shows_how_far_it_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: tuple[str, ...],
    shown: bool,
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    words = ("train", "moons", *map(str, QUICK), "--json", *how, "--out", str(tmp_path / "run"))
    assert main(words) == 0
    assert read(capsys.readouterr().out)["ended"] == "all 2 epochs done"
    assert ("epoch 2/2" in screen.getvalue()) == shown
    assert ("samples to train on" in screen.getvalue()) == shown


TUNED = ("tune", "moons", *QUICK, "--try", "l2=1e-6..1e-2", "--tries", 3)


def test_a_search_is_a_document_of_its_trials(run: Run, tmp_path: Path) -> None:
    code, out, err = run(*TUNED, "--json", "--out", tmp_path / "s")
    found = read(out, "tune")
    assert (code, err) == (0, "")
    trials = read_jsonl(tmp_path / "s" / "trials.jsonl")[1:]
    assert found["trials"] == trials
    assert found["best"] == min(trials, key=lambda trial: trial["score"])
    assert f"--l2 {found['best']['point']['l2']} " in found["command"]
    assert (found["ended"], found["file"]) == (
        "all 3 trials made",
        str(tmp_path / "s" / "trials.jsonl"),
    )
    # Quiet, there is the command alone, which a shell can run.
    assert run(*TUNED, "--quiet", "--out", tmp_path / "s")[1] == found["command"] + "\n"


def test_a_search_without_a_score_fails_and_tells_its_trials(run: Run, tmp_path: Path) -> None:
    words = ("tune", "moons", *QUICK, "--optimizer", "sgd", "--try", "learning_rate=1e30/1e35")
    code, out, err = run(*words, "--strategy", "grid", "--json", "--out", tmp_path / "s")
    found = read(out)
    assert code == 1
    assert "no trial has a score" in err
    assert (found["best"], found["command"], found["picture"]) == (None, None, None)
    assert {trial["score"] for trial in found["trials"]} == {"NaN"}
    assert run(*words, "--strategy", "grid", "--quiet", "--out", tmp_path / "s")[:2] == (1, "")


def test_a_learning_rate_that_was_found_is_a_document(run: Run, tmp_path: Path) -> None:
    words = ("tune", "moons", "--executor", "reference", "--find-learning-rate", "--out", tmp_path)
    found = read(run(*words, "--json")[1], "tune --find-learning-rate")
    assert len(found["rates"]) == len(found["losses"]) > 10
    assert found["lowest"] in found["rates"]
    assert found["picture"] == str(tmp_path / "rates.png")
    assert float(run(*words, "--quiet")[1]) == found["suggested"]


def test_lists_are_documents_with_every_option(run: Run) -> None:
    for command, kinds in (("data", DATA), ("models", MODELS)):
        code, out, err = run(command, "--json")
        found = {kind["name"]: kind for kind in read(out)}
        assert (code, err) == (0, "")
        assert list(found) == list(kinds)
        assert [found[name]["summary"] for name in kinds] == [k.summary for k in kinds.values()]
    (hidden,) = (option for option in found["mlp"]["options"] if option["name"] == "hidden")
    assert (hidden["flag"], hidden["kind"], hidden["default"]) == ("--hidden", "list of int", [50])


def test_a_text_is_a_document(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("abc " * 200)
    words = ("train", f"text:{book}", "--length", 8, *QUICK, "--quiet", "--out", tmp_path / "run")
    assert run(*words) == (0, "", "")
    words = ("generate", tmp_path / "run", "--prompt", "ab", "--length", 5, "--seed", 3)
    code, out, err = run(*words, "--json")
    found = read(out, "generate")
    assert (code, err) == (0, "")
    assert (found["prompt"], len(found["text"])) == ("ab", 5)
    assert found["weights"] == RunFolder.open(tmp_path / "run").load_model()[1]
    assert run(*words)[1] == "ab" + found["text"] + "\n"


@pytest.mark.parametrize(
    "words",
    ["train moons", "tune moons", "resume", "evaluate", "predict", "bench"],
)
def test_the_help_of_a_command_tells_both(run: Run, words: str) -> None:
    _, out, _ = run(*words.split(), "--help")
    assert "--quiet" in out
    assert "--json" in out


def test_the_front_page_tells_both(run: Run) -> None:
    text = " ".join(run("--help")[1].split())
    assert "With --json a command prints one JSON document, with --quiet nothing but its" in text


@pytest.mark.filterwarnings("default")
def test_likely_mistakes_are_told_before_the_first_step(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pellucid.cli import training

    load = training.load_data

    def unscaled(recipe: Any) -> Any:
        train = load(recipe).train
        features = np.ascontiguousarray(train.features * np.float32(1000.0))
        return training.DataParts(replace(train, features=features), None, None)

    monkeypatch.setattr(training, "load_data", unscaled)
    words = ("train", "moons", *QUICK, "--json", "--out")
    code, out, err = run(*words, tmp_path / "run")
    assert (code, err[:47]) == (0, "pellucid: lint: warning: inputs are not scaled:")
    assert err.count("\n") == 1
    assert [found["code"] for found in read(out)["lint"]] == ["inputs-not-scaled"]
    code, out, err = run(*words, tmp_path / "unseen", "--no-lint")
    assert (code, err, read(out)["lint"]) == (0, "", None)
