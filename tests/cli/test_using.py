"""Evaluating and predicting, as documents for programs: whole numbers, errors in their place."""

import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Run
from cli.documents import QUICK, read

import pellucid as pc
from pellucid.cli import using


def is_whole(found: Iterable[float], wanted: Any) -> bool:
    """Whether these are the float32 that are wanted, but for the order of sums, and not rounded."""
    numbers = np.array(list(found))
    np.testing.assert_allclose(numbers, wanted, rtol=1e-5)
    return bool((numbers.astype(np.float32) == numbers).all())


def test_evaluating_is_a_document_of_sets(run: Run, moons: Path) -> None:
    code, out, err = run("evaluate", moons, "--json")
    found, opened = read(out, "evaluate"), pc.load(moons)
    assert (code, err) == (0, "")
    assert (found["run"], found["weights"]) == (str(moons), opened.weights)
    for name, data in vars(opened.data).items():
        if name in ("train", "validation", "test"):
            assert found["sets"].pop(name) == {"samples": len(data)} | opened.evaluate(data)
    assert found["sets"] == {}
    assert found["per_class"] is None


def test_class_by_class_is_in_the_document(run: Run, moons: Path) -> None:
    found = read(run("evaluate", moons, "--json", "--per-class")[1], "evaluate")
    of_classes = found["per_class"]
    assert of_classes["set"] == "test"
    assert of_classes["accuracy"] == found["sets"]["test"]["accuracy"]
    assert [of["support"] for of in of_classes["classes"].values()] == [40, 40]


def test_predicting_is_a_document_of_answers(run: Run, moons: Path) -> None:
    code, out, err = run("predict", moons, "0.5,-0.25", "-1,0.5", "--json")
    found, opened = read(out, "predict"), pc.load(moons)
    assert (code, err) == (0, "")
    rows = np.array([[0.5, -0.25], [-1, 0.5]], np.float32)
    wanted = pc.functional.softmax(opened.predict(rows)).numpy()
    assert [answer["input"] for answer in found["answers"]] == ["0.5,-0.25", "-1,0.5"]
    for answer, row in zip(found["answers"], wanted, strict=True):
        assert is_whole(answer["probabilities"].values(), row)
        assert answer["class"] == str(row.argmax())


def test_predicting_is_a_table_in_csv(run: Run, moons: Path) -> None:
    code, out, err = run("predict", moons, "0.5,-0.25", "x", "-1,0.5", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    answers = read(run("predict", moons, "0.5,-0.25", "-1,0.5", "--json")[1])["answers"]
    assert (code, err.count("\n")) == (2, 1)
    assert [row["numbers"] for row in rows] == ["0.5,-0.25", "-1,0.5"]
    for row, answer in zip(rows, answers, strict=True):
        assert row["class"] == answer["class"]
        wanted = {f"p({name})": p for name, p in answer["probabilities"].items()}
        assert {name: float(row[name]) for name in wanted} == wanted


def test_an_option_that_there_is_not_is_no_input(run: Run, moons: Path) -> None:
    code, out, err = run("predict", moons, "0.5,-0.25", "--calibrate")
    assert (code, out) == (2, "")
    assert "there is no --calibrate. Did you mean '--calibrated'?" in err


def test_what_cannot_be_read_has_its_error_in_its_place(run: Run, moons: Path) -> None:
    code, out, err = run("predict", moons, "0,0", "x", "1,1", "--json")
    answers = read(out)["answers"]
    assert (code, err.count("\n")) == (2, 1)
    assert [answer["input"] for answer in answers] == ["0,0", "x", "1,1"]
    assert [sorted(answer) for answer in answers][1] == ["error", "input"]
    assert answers[1]["error"] in err
    code, out, _ = run("predict", moons, "x", "y", "--json")
    assert code == 2
    assert all("error" in answer for answer in read(out)["answers"])


def test_predicted_numbers_are_not_rounded(run: Run, tmp_path: Path) -> None:
    run("train", "sine", *QUICK, "--quiet", "--out", tmp_path / "run")
    (answer,) = read(run("predict", tmp_path / "run", "0.25", "--json")[1])["answers"]
    wanted = pc.load(tmp_path / "run").predict(np.array([[0.25]], np.float32))
    assert is_whole(answer["outputs"], wanted.numpy()[0])


def test_quiet_results_are_the_results_alone(run: Run, moons: Path) -> None:
    for words in (("evaluate", moons), ("predict", moons, "0,0", "1,1")):
        full, short = (run(*words, *how)[1].splitlines() for how in ((), ("--quiet",)))
        assert full[:-1] == short
        assert full[-1].startswith("weights of epoch")


def test_numbers_that_are_not_finite_are_words(
    run: Run, moons: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"loss": math.nan, "accuracy": math.inf, "other": -math.inf}
    monkeypatch.setattr(using.Evaluation, "__call__", lambda *_: values)
    found = read(run("evaluate", moons, "--json")[1])["sets"]["train"]
    assert found == {"samples": 240, "loss": "NaN", "accuracy": "Infinity", "other": "-Infinity"}


def test_a_run_in_bfloat16_is_evaluated_and_asked_in_bfloat16(run: Run, tmp_path: Path) -> None:
    words = ("train", "moons", *QUICK, "--precision", "bfloat16", "--quiet", "--out", tmp_path)
    assert run(*words)[0] == 0
    opened = pc.load(tmp_path)
    rows = np.array([[0.5, -0.25], [-1, 0.5]], np.float32)
    answers = read(run("predict", tmp_path, "0.5,-0.25", "-1,0.5", "--json")[1], "predict")
    found = [list(answer["probabilities"].values()) for answer in answers["answers"]]
    program = opened.model.predictor(precision="bfloat16")
    np.testing.assert_allclose(found, pc.functional.softmax(program(rows)).numpy(), rtol=1e-6)
    assert (opened.model(rows).numpy() != program(rows).numpy()).any()
    sets = read(run("evaluate", tmp_path, "--json")[1], "evaluate")["sets"]
    assert sets["test"].items() >= opened.evaluate().items()
    assert "bfloat16" in run("explain", tmp_path)[1]
