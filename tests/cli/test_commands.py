"""What a run is made by, as it is written down: every option reaches it."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import Form, digits
from pellucid.executors.threads import set_threads, threads
from pellucid.models import MODELS
from pellucid.optim import OPTIMIZERS

Run = Callable[..., tuple[int, str, str]]
QUICK = ("--epochs", "2", "--hidden", "16", "--executor", "reference")


def picture(path: Path, digit: int) -> Path:
    """A PNG of one of the test digits, enlarged, dark on light."""
    image = pytest.importorskip("PIL.Image")
    data = digits()
    pixels = data.features[np.flatnonzero(data.labels == digit)[3]].reshape(8, 8)
    image.fromarray(np.uint8(255 - 255 * pixels)).resize((160, 160)).save(path)
    return path


def test_training_prints_epochs_accuracy_and_where_the_run_lies(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    code, out, err = run("train", "digits", *QUICK, "--out", folder)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    heads = "epoch, train loss, train accuracy, validation loss, validation accuracy"
    assert ", ".join(re.split("  +", lines[0].strip())) == heads
    assert [line.split()[0] for line in lines[1:3]] == ["1", "2"]
    assert lines[3] == lines[0]
    assert f"{lines[2]}  best" == lines[4]
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


def test_the_bits_do_not_depend_on_the_number_of_threads(run: Run, tmp_path: Path) -> None:
    options = ("--executor", "native", "--epochs", 2, "--batch-size", 256, "--hidden", "300")
    before = threads()
    try:
        for count in (2, 1):
            folder = tmp_path / str(count)
            assert run("train", "digits", *options, "--threads", count, "--out", folder)[0] == 0
            assert threads() == count
    finally:
        set_threads(before)
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes()


ELSEWHERE = ("sgd", "adam", "lbfgs")  # with every model, and by itself
# Convolutions on images take seconds an epoch: tests/cli/test_training.py trains each once.
QUICK_MODELS = [name for name, kind in MODELS.items() if not kind.misfit(Form((64,), 10))]


@pytest.mark.filterwarnings("ignore:Muon")  # the network has one hidden layer
@pytest.mark.parametrize(
    ("model", "optimizer"),
    [
        *((model, optimizer) for model in QUICK_MODELS for optimizer in ("sgd", "adam")),
        *(("mlp", optimizer) for optimizer in OPTIMIZERS if optimizer not in ELSEWHERE),
    ],
)
def test_every_model_and_every_optimizer_train(
    run: Run, tmp_path: Path, model: str, optimizer: str
) -> None:
    code, _, err = run(
        *("train", "digits", "--model", model, "--optimizer", optimizer, "--epochs", 1),
        *("--executor", "reference", "--out", tmp_path / "run"),
    )
    assert (code, err) == (0, "")


def test_an_optimizer_that_takes_all_is_told_how_many_these_are(run: Run, tmp_path: Path) -> None:
    words = ("train", "moons", "--epochs", 9, "--executor", "reference", "--out", tmp_path / "run")
    words = (*words, "--optimizer", "lbfgs")
    code, _, err = run(*words)
    assert code == 2
    found = re.search("Give batch_size=([0-9]+), all of them", err)
    assert found is not None
    assert run(*words, "--batch-size", found[1])[0] == 0


def test_a_last_batch_of_one_row_is_told_with_the_flag_that_leaves_it_out(
    run: Run, tmp_path: Path
) -> None:
    words = ("train", "moons", "--epochs", 1, "--executor", "reference", "--out", tmp_path / "run")
    words = (*words, "--samples", 101, "--batch-norm", "--batch-size", 6)
    code, _, err = run(*words)
    assert code == 1
    assert "batches of 6 and a last one of 1, which the step cannot take" in err
    assert "--drop-last on the command line" in err
    assert run(*words, "--drop-last")[0] == 0


def test_early_stopping_names_the_epoch_whose_weights_came_back(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(
        *("train", "digits", "--early-stopping", 1, "--learning-rate", 0.05),
        *("--executor", "reference", "--out", tmp_path / "run"),
    )
    assert code == 0
    assert "ended: early stopping: 1 epochs without a better value" in out
    assert re.search("^weights of epoch [0-9]+, the best by validation loss$", out, re.MULTILINE)


@pytest.fixture
def mnist_folder() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
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
    *lines, weights = out.splitlines()
    assert re.fullmatch("weights of epoch [12], the best by validation loss", weights)
    head, *rows = (line.split() for line in lines)
    assert head == ["picture", "digit", *(f"p({digit})" for digit in range(10))]
    assert [row[0] for row in rows] == [str(zero), str(one)]
    assert rows[0][1] == "0"
    for row in rows:
        assert sum(float(p) for p in row[2:]) == pytest.approx(1, abs=0.006)
        assert row[2 + int(row[1])] == max(row[2:])


def test_what_can_be_read_is_answered_and_the_rest_complained_of(
    run: Run, tmp_path: Path, trained: Path
) -> None:
    one, zero = picture(tmp_path / "one.png", 1), picture(tmp_path / "zero.png", 0)
    torn = tmp_path / "torn.png"
    torn.write_bytes(b"no picture")
    code, out, err = run("predict", trained, one, tmp_path / "none.png", torn, zero)
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()[1:-1]] == [str(one), str(zero)]
    assert ["none.png" in line for line in err.splitlines()] == [True, False]
    assert ["torn.png" in line for line in err.splitlines()] == [False, True]
    assert run("predict", trained, one, zero)[1].splitlines()[:3] == out.splitlines()[:3]
    code, out, err = run("predict", trained, torn, torn)
    assert (code, out, err.count("\n")) == (1, "", 2)


def test_rows_of_numbers_that_do_not_fit_are_wrong_use(run: Run, tmp_path: Path) -> None:
    words = ("--epochs", 1, "--executor", "reference", "--out", tmp_path / "run")
    assert run("train", "moons", *words)[0] == 0
    code, out, err = run("predict", tmp_path / "run", "0,0", "0", "1,1", "x")
    assert code == 2
    assert [line.split()[0] for line in out.splitlines()[1:-1]] == ["0,0", "1,1"]
    assert [line.split("'")[1] for line in err.splitlines()] == ["0", "x"]


def test_the_weights_to_keep_are_chosen_named_and_used(run: Run, tmp_path: Path) -> None:
    words = ("train", "digits", "--learning-rate", 0.2, "--executor", "reference", "--epochs", 5)
    said = {}
    for keep in ("best", "last"):
        folder = tmp_path / keep
        code, out, _ = run(*words, "--keep", keep, "--out", folder)
        assert code == 0
        (line,) = (line for line in out.splitlines() if line.startswith("weights of"))
        (test,) = (line for line in out.splitlines() if line.startswith("test loss"))
        said[keep] = line
        evaluated = run("evaluate", folder)[1].splitlines()
        assert evaluated[-1] == line
        assert evaluated[-2].split()[2] == test.split()[-1]
    assert said["last"] == "weights of epoch 5, the last"
    assert re.fullmatch("weights of epoch [1-4], the best by validation loss", said["best"])
    code, _, err = run(*words, "--keep", "bset")
    assert code == 2
    assert "best" in err


@pytest.mark.filterwarnings("default")
def test_a_finished_run_says_that_nothing_was_trained_and_trains_more(
    run: Run, tmp_path: Path
) -> None:
    words = ("train", "moons", "--executor", "reference")
    run(*words, "--epochs", 5, "--out", tmp_path / "whole")
    run(*words, "--epochs", 2, "--out", tmp_path / "run")
    code, out, err = run("resume", tmp_path / "run")
    assert (code, err.count("\n")) == (0, 1)
    assert "nothing was trained, as all 2 epochs are done" in err
    assert "--more 5" in err
    assert "weights of epoch 2" in out
    code, out, err = run("resume", tmp_path / "run", "--more", 3)
    assert (code, err) == (0, "")
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "run" / file).read_bytes()
    assert run("resume", tmp_path / "run", "--more", 3, "--epochs", 9)[0] == 2


def test_after_training_the_best_and_the_last_epoch_are_in_sight(run: Run, tmp_path: Path) -> None:
    words = ("train", "moons", "--executor", "reference", "--out", tmp_path / "run")
    code, out, _ = run(*words, "--epochs", 40, "--learning-rate", 0.1)
    assert code == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[:41]] == ["epoch", *map(str, range(1, 41))]
    ends = lines[41 : lines.index("ended: all 40 epochs done")]
    assert [line.split()[-1] for line in ends] == ["accuracy", "best", "last"]
    best = int(ends[1].split()[0])
    assert f"weights of epoch {best}, the best by validation loss" in lines
    assert ends == [lines[0], f"{lines[best]}  best", f"{lines[40]}  last"]
    code, out, _ = run("resume", tmp_path / "run", "--more", 1)
    firsts = [line.split()[0] for line in out.splitlines()]
    assert firsts[: firsts.index("ended:")] == ["epoch", "41", "epoch", str(best), "41"]


def test_resuming_trains_longer_with_the_bits_of_one_run(run: Run, tmp_path: Path) -> None:
    options = ("--hidden", "16", "--executor", "reference", "--dropout", "0.1")
    run("train", "digits", *options, "--epochs", 3, "--out", tmp_path / "whole")
    run("train", "digits", *options, "--epochs", 1, "--out", tmp_path / "parts")
    code, out, err = run("resume", tmp_path / "parts", "--epochs", 3)
    assert (code, err) == (0, "")
    assert "ended: all 3 epochs done" in out
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "parts" / file).read_bytes()


def test_evaluate_says_more_class_by_class_where_it_is_asked(run: Run, trained: Path) -> None:
    code, out, err = run("evaluate", trained, "--per-class")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "test set, class by class:" in lines
    rows = {line.split()[0]: line.split()[1:] for line in lines if line[:1].isdigit()}
    assert list(rows) == [str(i) for i in range(10)]
    assert sum(int(row[-1]) for row in rows.values()) == 359
    (accuracy,) = (line.split()[-1] for line in lines if line.startswith("test   "))
    assert f"accuracy {accuracy}" in lines
    assert "class by class" not in run("evaluate", trained)[1]


def test_evaluate_has_no_classes_where_numbers_are_predicted(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "sine"
    quick = ("--epochs", "1", "--samples", "50", "--executor", "reference")
    assert run("train", "sine", *quick, "--out", folder)[0] == 0
    code, _, err = run("evaluate", folder, "--per-class")
    assert code == 2
    assert "--per-class, but this run predicts numbers. Leave it out." in err


def test_the_report_looks_at_the_test_set_with_its_pictures(trained: Path) -> None:
    text = (trained / "report.html").read_text()
    assert "Measured on all 359 samples of &#x27;digits test&#x27;, with weights of epoch" in text
    assert '<table class="confusion">' in text
    assert re.search('<img class="small" alt="Sample [0-9]+: [0-9], taken for [0-9] with', text)
    assert "<dt>parameters</dt><dd>1,210</dd>" in text
    assert "<dt>duration</dt>" in text


def test_the_report_of_a_text_names_its_characters(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("the cat sat on the mat. " * 40)
    quick = ("--epochs", "1", "--executor", "reference", "--out", tmp_path / "run")
    assert run("train", f"text:{tmp_path / 't.txt'}", *quick)[0] == 0
    text = (tmp_path / "run" / "report.html").read_text()
    assert '<th scope="row" title="&#x27; &#x27;">' in text
    assert '<th scope="row" title="m">' in text
