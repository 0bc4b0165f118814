import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.cli import commands, main
from pellucid.cli.recipe import IMAGES, OPTIMIZERS, Recipe, free_folder
from pellucid.data import digits
from pellucid.models import MODELS
from pellucid.models.mlp import ACTIVATIONS, INITIALIZERS

Run = Callable[..., tuple[int, str, str]]

QUICK = ("--epochs", "2", "--hidden", "16", "--executor", "reference")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("train", "digits")`: exit code, standard output, standard error."""

    def call(*arguments: Any) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on digits, of two epochs."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    assert main(["train", "digits", *QUICK, "--out", str(folder)]) == 0
    return folder


def picture(path: Path, digit: int) -> Path:
    """A PNG of one of the test digits, enlarged, dark on light."""
    image = pytest.importorskip("PIL.Image")
    data = digits()
    pixels = data.features[np.flatnonzero(data.labels == digit)[3]].reshape(8, 8)
    image.fromarray(np.uint8(255 - 255 * pixels)).resize((160, 160)).save(path)
    return path


# ---- training ----------------------------------------------------------------------------


def test_training_prints_epochs_accuracy_and_where_the_run_lies(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    code, out, err = run("train", "digits", *QUICK, "--out", folder)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    heads = "epoch, train loss, train accuracy, validation loss, validation accuracy"
    assert ", ".join(re.split("  +", lines[0].strip())) == heads
    assert [line.split()[0] for line in lines[1:3]] == ["1", "2"]
    assert "ended: all 2 epochs done" in lines
    assert any(line.startswith("test accuracy: 0.") for line in lines)
    assert f"run: {folder}" in lines
    assert f"curves: {folder / 'curves.png'}" in lines
    assert (folder / "curves.png").exists()
    assert "test accuracy" in (folder / "report.html").read_text()


def test_digits_with_the_defaults_reaches_97_percent(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("train", "digits", "--out", tmp_path / "run")
    (line,) = (line for line in out.splitlines() if line.startswith("test accuracy"))
    assert code == 0
    assert float(line.split()[-1]) >= 0.97


def test_the_same_seed_gives_the_same_files_twice(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("train", "digits", *QUICK, "--dropout", "0.2", "--out", tmp_path / name)
    for file in ("metrics.jsonl", "model.safetensors", "curves.png"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_first_free_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = Recipe("digits", model="mlp")
    assert free_folder(recipe) == Path("runs/digits-mlp-1")
    Path("runs/digits-mlp-1").mkdir(parents=True)
    assert free_folder(recipe) == Path("runs/digits-mlp-2")


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_every_model_trains_with_every_optimizer(
    run: Run, tmp_path: Path, model: str, optimizer: str
) -> None:
    code, _, err = run(
        *("train", "digits", "--model", model, "--optimizer", optimizer, "--epochs", 1),
        *("--executor", "reference", "--out", tmp_path / "run"),
    )
    assert (code, err) == (0, "")


def test_every_option_reaches_the_recipe(run: Run, tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "--model": "mlp",
        "--hidden": "8,6",
        "--activation": "tanh",
        "--init": "lecun",
        "--dropout": 0.25,
        "--optimizer": "momentum",
        "--learning-rate": 0.05,
        "--l1": 1e-5,
        "--l2": 1e-4,
        "--weight-decay": 1e-3,
        "--batch-size": 64,
        "--seed": 9,
        "--early-stopping": 3,
        "--epochs": 1,
        "--executor": "reference",
    }
    pairs = [part for pair in options.items() for part in pair]
    folder = tmp_path / "run"
    assert run("train", "digits", *pairs, "--batch-norm", "--balanced", "--out", folder)[0] == 0
    assert json.loads((folder / "config.json").read_text())["recipe"] == {
        "data": "digits",
        "data_dir": None,
        "model": "mlp",
        "model_options": {
            "hidden": [8, 6],
            "activation": "tanh",
            "init": "lecun",
            "dropout": 0.25,
            "batch_norm": True,
        },
        "optimizer": "momentum",
        "optimizer_options": {
            "learning_rate": 0.05,
            "l1": 1e-5,
            "l2": 1e-4,
            "weight_decay": 1e-3,
        },
        "epochs": 1,
        "batch_size": 64,
        "seed": 9,
        "early_stopping": 3,
        "class_weights": "balanced",
        "executor": "reference",
    }


def test_early_stopping_names_the_epoch_whose_weights_came_back(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(
        *("train", "digits", "--early-stopping", 1, "--learning-rate", 0.05),
        *("--executor", "reference", "--out", tmp_path / "run"),
    )
    assert code == 0
    assert "ended: early stopping: 1 epochs without a better value" in out
    assert "weights restored: epoch " in out


# ---- mnist -------------------------------------------------------------------------------


@pytest.fixture
def mnist_folder() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PELLUCID_TEST_DATA", beside)) / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no MNIST in {folder}")
    return folder


def test_mnist_with_50_hidden_units_reaches_965_in_5_epochs(
    run: Run, tmp_path: Path, mnist_folder: Path
) -> None:
    code, out, err = run(
        *("train", "mnist", "--data-dir", mnist_folder, "--hidden", 50, "--epochs", 5),
        *("--out", tmp_path / "run"),
    )
    assert (code, err) == (0, "")
    (line,) = (line for line in out.splitlines() if line.startswith("test accuracy"))
    assert float(line.split()[-1]) >= 0.965


def test_truncated_mnist_files_are_named(run: Run, tmp_path: Path, mnist_folder: Path) -> None:
    for path in mnist_folder.iterdir():
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content[:1000] if "images" in path.name else content)
    code, _, err = run("train", "mnist", "--data-dir", tmp_path, "--out", tmp_path / "run")
    assert code == 1
    assert "train-images-idx3-ubyte" in err
    assert not (tmp_path / "run").exists()


# ---- using a run -------------------------------------------------------------------------


def test_evaluating_repeats_what_training_reported(run: Run, trained: Path) -> None:
    code, out, err = run("evaluate", trained)
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert rows["training"][0] == "1,078"
    report = (trained / "report.html").read_text()
    assert f"<dt>test accuracy</dt><dd>{rows['test'][2]}</dd>" in report


def test_predicting_prints_the_digit_and_every_probability(
    run: Run, tmp_path: Path, trained: Path
) -> None:
    one, zero = picture(tmp_path / "one.png", 1), picture(tmp_path / "zero.png", 0)
    code, out, err = run("predict", trained, zero, one)
    assert (code, err) == (0, "")
    head, *rows = (line.split() for line in out.splitlines())
    assert head == ["picture", "digit", *(f"p({digit})" for digit in range(10))]
    assert [row[0] for row in rows] == [str(zero), str(one)]
    assert rows[0][1] == "0"
    for row in rows:
        assert sum(float(p) for p in row[2:]) == pytest.approx(1, abs=0.006)
        assert row[2 + int(row[1])] == max(row[2:])


def test_resuming_trains_longer_with_the_bits_of_one_run(run: Run, tmp_path: Path) -> None:
    options = ("--hidden", "16", "--executor", "reference", "--dropout", "0.1")
    run("train", "digits", *options, "--epochs", 3, "--out", tmp_path / "whole")
    run("train", "digits", *options, "--epochs", 1, "--out", tmp_path / "parts")
    code, out, err = run("resume", tmp_path / "parts", "--epochs", 3)
    assert (code, err) == (0, "")
    assert "ended: all 3 epochs done" in out
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "parts" / file).read_bytes()


# ---- lists and help ----------------------------------------------------------------------


def test_data_and_models_are_listed(run: Run) -> None:
    _, out, _ = run("data")
    assert [line.split()[0] for line in out.splitlines()] == list(IMAGES)
    _, out, _ = run("models")
    assert [line.split(":")[0] for line in out.splitlines() if ": " in line] == list(MODELS)
    assert "  activation = relu" in out.splitlines()


def test_the_names_in_the_help_are_those_of_the_registries() -> None:
    assert tuple(MODELS) == commands.MODEL_NAMES
    assert tuple(OPTIMIZERS) == commands.OPTIMIZER_NAMES
    assert tuple(ACTIVATIONS) == commands.ACTIVATION_NAMES
    assert ("auto", *INITIALIZERS) == commands.INIT_NAMES


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("train",),
        ("train", "digits"),
        ("train", "mnist"),
        ("resume",),
        ("evaluate",),
        ("predict",),
    ],
)
def test_every_help_has_an_example(run: Run, command: tuple[str, ...]) -> None:
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert "Example" in out
    assert f"pellucid {' '.join(command)}".strip() in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version")[:2] == (0, f"pellucid {pellucid.__version__}\n")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from pellucid.cli import main; main(['--help']); "
        "heavy = {'llvmlite', 'jax', 'matplotlib', 'sklearn', 'rich', 'safetensors'}; "
        "sys.exit(f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(pellucid.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr


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
        ((*DIGITS, "--model", "cnn"), "'cnn' is not known. Known: mlp, two-layer-net"),
        ((*DIGITS, "--hidden", "10,x"), "'10,x' is not a list of sizes such as 50 or 100,50."),
        ((*DIGITS, "--hidden", "0"), "'0' is not a list of sizes"),
        ((*DIGITS, "--epochs", "0"), "0 is not in the range"),
        ((*DIGITS, "--learning-rate", "-1"), "-1.0 is not in the range"),
        ((*DIGITS, "--learning-rate", "nan"), "learning_rate"),
        ((*DIGITS, "--executor", "nativ"), "Did you mean 'native'?"),
        ((*DIGITS, "--model", "logistic-regression", "--hidden", "5"), "no option 'hidden'"),
        ((*DIGITS, "--model", "two-layer-net", "--dropout", "0.5"), "no option 'dropout'"),
        ((*DIGITS, "--model", "two-layer-net", "--hidden", "5,5"), "--hidden names 2"),
        (("train", "mnist"), "Missing option '--data-dir'"),
        (("predict", "somewhere"), "Missing argument 'IMAGES...'"),
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
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("pellucid: ")
    assert err.count("\n") == 1
    assert message in err
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
    assert "batch_size is 5000; 'digits train' has 1078 samples" in err


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
    ],
)
@pytest.mark.parametrize("command", ["resume", "evaluate"])
def test_a_config_from_elsewhere_is_refused(
    run: Run, tmp_path: Path, recipe: object, command: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"recipe": recipe}))
    assert "config.json" in failed(run(command, tmp_path))


def test_a_mistake_of_our_own_is_one_line_and_a_traceback_only_on_demand(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> int:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("pellucid.cli.listing.list_data", broken)
    err = failed(run("data"))
    assert "a mistake in pellucid itself: ZeroDivisionError: ours" in err
    code, _, err = run("--traceback", "data")
    assert code == 1
    assert "Traceback" in err
