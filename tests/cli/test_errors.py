import errno
import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import said

Run = Callable[..., tuple[int, str, str]]

QUICK = ("--epochs", "2", "--hidden", "16", "--executor", "reference")


# ---- wrong use: exit code 2 --------------------------------------------------------------

DIGITS = ("train", "digits")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("trian",), "there is no 'trian'. Did you mean 'train'?"),
        (("train", "digts"), "there is no 'digts'. Did you mean 'digits'?"),
        ((*DIGITS, "--lerning-rate", "1"), "Did you mean '--learning-rate'?"),
        ((*DIGITS, "--activation", "rleu"), "'rleu' is not known. Did you mean 'relu'?"),
        ((*DIGITS, "--optimizer", "adm"), "Did you mean 'adam'?"),
        ((*DIGITS, "--model", "cnn"), "'cnn' is not known. Did you mean 'simple-convnet'?"),
        ((*DIGITS, "--hidden", "10,x"), "'10,x' is not a list of sizes such as 50 or 100,50."),
        ((*DIGITS, "--hidden", "0"), "'0' is not a list of sizes"),
        ((*DIGITS, "--dropout", "much"), "--dropout: 'much' is not a number."),
        (("train", "moons", "--samples", "2.5"), "--samples: '2.5' is not a whole number."),
        (("train", "folder", "--data-dir", "x", "--broken", "skp"), "Did you mean 'skip'?"),
        (
            ("train", "moons", "--model", "resnet"),
            "Models that fit: l-layer, logistic-regression, mlp",
        ),
        (("train", "text"), "Missing option '--file'"),
        ((*DIGITS, "--epochs", "0"), "0 is not in the range"),
        ((*DIGITS, "--learning-rate", "-1"), "-1.0 is not in the range"),
        ((*DIGITS, "--learning-rate", "nan"), "learning_rate"),
        ((*DIGITS, "--executor", "nativ"), "Did you mean 'native'?"),
        ((*DIGITS, "--model", "logistic-regression", "--hidden", "5"), "no option 'hidden'"),
        ((*DIGITS, "--model", "two-layer-net", "--dropout", "0.5"), "no option 'dropout'"),
        ((*DIGITS, "--model", "two-layer-net", "--hidden", "5,5"), "'5,5' is not a whole"),
        ((*DIGITS, "--model", "two-layer-net", "--init", "he"), "Known: hidden, weight_std"),
        (("train", "mnist"), "Missing option '--data-dir'"),
        (("predict", "somewhere"), "Missing argument 'INPUTS...'"),
        (("bench", "W2sg"), "bench: workload 'W2sg'. Did you mean 'W2sgd'?"),
        (("bench", "I10000"), "bench: workload 'I10000'. Did you mean 'I1000'?"),
        (("bench", "W9", "--peers", "torch"), "benchmarks/peers/run.py W9 --peers torch"),
        (("bench", "W10"), "W10 trains on MNIST. Name the folder with its files: --data-dir"),
    ],
)
def test_wrong_use_is_one_line_with_the_nearest_right_word(
    run: Run,
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in said(run, *arguments)
    assert not list(tmp_path.iterdir())


def test_no_command_at_all_prints_the_help(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (2, "")
    assert "Usage: pellucid" in err


# ---- failed work: exit code 1 ------------------------------------------------------------


def failed(result: tuple[int, str, str]) -> str:
    code, _, err = result
    assert code == 1
    assert err.startswith("pellucid: ")
    assert err.count("\n") == 1
    return err


def test_a_folder_that_is_no_run_is_named(run: Run, tmp_path: Path) -> None:
    for command in ("evaluate", "resume"):
        assert "it holds no config.json" in failed(run(command, tmp_path))
        assert "there is no such folder" in failed(run(command, tmp_path / "nowhere"))


def test_a_folder_in_use_is_refused(run: Run, trained: Path) -> None:
    assert "holds a run already" in failed(run("train", "digits", *QUICK, "--out", trained))


def test_an_unwritable_folder_is_refused_before_training(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    err = failed(run("train", "digits", *QUICK, "--out", tmp_path / "file" / "run"))
    assert "create the run folder" in err
    assert "Not a directory" in err


def test_a_batch_larger_than_the_data_is_refused(run: Run, tmp_path: Path) -> None:
    err = failed(run("train", "digits", "--batch-size", 5000, "--out", tmp_path / "run"))
    assert "--batch-size is 5000; 'digits train' has 1078 samples" in err


def test_missing_data_are_named(run: Run, tmp_path: Path) -> None:
    err = failed(run("train", "mnist", "--data-dir", tmp_path, "--out", tmp_path / "run"))
    assert "holds no file train-images-idx3-ubyte" in err


@pytest.mark.parametrize("content", [None, b"", b"no picture"])
def test_a_picture_that_cannot_be_read_is_named(
    run: Run, tmp_path: Path, trained: Path, content: bytes | None
) -> None:
    path = tmp_path / "seven.png"
    if content is not None:
        path.write_bytes(content)
    assert "seven.png" in failed(run("predict", trained, path))


def test_a_diverging_run_names_step_layer_and_operation(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    options = (*QUICK, "--optimizer", "sgd", "--learning-rate", "1e30")
    err = failed(run("train", "digits", *options, "--out", folder))
    assert "the loss is nan in step 2 (epoch 1). First: layer 'output', operation matmul" in err
    assert (folder / "report.html").exists()


@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_a_damaged_run_is_named_with_the_file(
    run: Run, tmp_path: Path, trained: Path, file: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    (copy / file).write_bytes(b"{")
    assert file in failed(run("evaluate", copy))


def test_a_damaged_checkpoint_is_named(run: Run, tmp_path: Path, trained: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    newest = max((copy / "checkpoints").glob("step-*"))
    newest.write_bytes(newest.read_bytes()[:100])
    assert newest.name in failed(run("resume", copy, "--epochs", 3))


@pytest.mark.parametrize(
    "recipe",
    [
        None,
        [],
        {"model": "mlp"},
        {"data": "digits", "command": "rm"},
        {"data": 3},
        {"data": "mnits"},
        {"data": "digits", "model": "cnn"},
        {"data": "digits", "epochs": "many"},
        {"data": "digits", "epochs": 0},
        {"data": "digits", "seed": -1},
        {"data": "digits", "batch_size": True},
        {"data": "digits", "optimizer": "adm"},
        {"data": "digits", "optimizer_options": {"learning_rate": "fast"}},
        {"data": "digits", "optimizer_options": {"parameters": 1}},
        {"data": "digits", "model_options": {"hidden": 3}},
        {"data": "digits", "model_options": {"hidden": ["x"]}},
        {"data": "digits", "model_options": {"depth": 3}},
        {"data": "digits", "model_options": {"batch_norm": 1}},
        {"data": "digits", "model_options": {"hidden": [1.5]}},
        {"data": "digits", "model": "two-layer-net", "model_options": {"hidden": True}},
        {"data": "digits", "model_options": {"dropout": "0.5"}},
        {"data": "digits", "model_options": {"activation": []}},
        {"data": "digits", "data_options": {"samples": 3}},
        {"data": "moons", "data_options": {"samples": 3.5}},
        {"data": "mnist"},
    ],
)
@pytest.mark.parametrize("command", ["resume", "evaluate"])
def test_a_config_from_elsewhere_is_refused(
    run: Run, tmp_path: Path, recipe: object, command: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"recipe": recipe}))
    assert "config.json" in failed(run(command, tmp_path))


DATA_FACTS = {"class_names": [], "characters": ""}


def form(**changed: object) -> dict[str, object]:
    usual = {"shape": [64], "classes": 10, "target_shape": [], "vocabulary": 0}
    return DATA_FACTS | {"form": usual | changed}


@pytest.mark.parametrize(
    "facts",
    [
        None,
        {},
        {"form": 3},
        form(shape=[-1]),
        form(shape="many"),
        form(classes=0),
        form(vocabulary=3),
        form() | {"class_names": ["one"]},
        form(shape=[63]),
        form(classes=11),
        form(vocabulary=2) | {"characters": "ab"},
    ],
)
def test_facts_of_data_that_are_damaged_or_others_are_refused(
    run: Run, tmp_path: Path, trained: Path, facts: object
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"data": facts}))
    assert "config.json" in failed(run("evaluate", copy))


def test_a_mistake_of_our_own_is_one_line_and_a_traceback_only_on_demand(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> int:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("pellucid.cli.data_and_models.list_data", broken)
    err = failed(run("data"))
    assert "a mistake in pellucid itself: ZeroDivisionError: ours" in err
    code, _, err = run("--traceback", "data")
    assert code == 1
    assert "Traceback" in err


def test_a_disk_that_fills_up_loses_no_result(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush, calls = os.fsync, []

    def nearly_full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 8:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", nearly_full)
    folder = tmp_path / "run"
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        code, out, err = run("train", "digits", *QUICK, "--out", folder)
    assert code == 1
    assert "test accuracy: 0." in out
    first, second = err.splitlines()
    assert "No space left on device. Free some space" in first
    assert f"pellucid: the run folder {folder} is not complete" in second
    monkeypatch.undo()
    assert run("resume", folder)[0] == 0


@pytest.mark.parametrize("name", ["data", "model", "optimizer"])
def test_what_is_no_name_in_a_config_is_told(run: Run, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "run"
    assert run("train", "moons", "--samples", "60", *QUICK, "--out", folder)[0] == 0
    config = json.loads((folder / "config.json").read_text())
    for value in (None, 3, ["mlp"]):
        config["recipe"][name] = value
        (folder / "config.json").write_text(json.dumps(config))
        code, _, said = run("evaluate", folder)
        assert code in (1, 2), said
        assert "mistake in pellucid" not in said
