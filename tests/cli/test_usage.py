"""Wrong use of the command line is told in its own words; every remedy is a command that is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import said

from pellucid.cli.usage import in_flags

Run = Callable[..., tuple[int, str, str]]
DIGITS = ("train", "digits")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*DIGITS, "--epochs", "five"), "--epochs: 'five' is not a whole number, such as 5."),
        ((*DIGITS, "--epochs", "5.0"), "--epochs: '5.0' is not a whole number, such as 5."),
        ((*DIGITS, "--epochs", "0"), "--epochs: 0 is not in the range: from 1 on."),
        ((*DIGITS, "--seed", "-1"), "--seed: -1 is not in the range: 0 to 18446744073709551615."),
        ((*DIGITS, "--learning-rate", "0,1"), "'0,1' is not a number: write 0.1."),
        ((*DIGITS, "--learning-rate", "fast"), "--learning-rate: 'fast' is not a number."),
        ((*DIGITS, "--dropout", "50%"), "--dropout: '50%' is not a number: write 0.5."),
        ((*DIGITS, "--dropout", "50"), "mlp: --dropout is 50.0. It is the fraction of units"),
        ((*DIGITS, "--activation", "Relu"), "'Relu' is not known. Did you mean 'relu'?"),
        ((*DIGITS, "--model", "MLP"), "--model: 'MLP' is not known. Did you mean 'mlp'?"),
        ((*DIGITS, "--lr", "1"), "there is no --lr. Did you mean '--learning-rate'?"),
        ((*DIGITS, "--wd", "1"), "there is no --wd. Did you mean '--weight-decay'?"),
        ((*DIGITS, "--learning_rate", "1"), "Did you mean '--learning-rate'?"),
        ((*DIGITS, "--epoch", "1"), "there is no --epoch. Did you mean '--epochs'?"),
        ((*DIGITS, "-e", "1"), "there is no -e. Did you mean '--epochs'?"),
        ((*DIGITS, "--size", "8,8"), "there is no --size. It belongs to `pellucid train folder`."),
        ((*DIGITS, "--out"), "--out needs a value behind it."),
        ((*DIGITS, "--hidden", "50", "50"), "A list is written with commas and without spaces"),
        (("train", "folder:x", "--size", "64x64"), "is not a list of sizes such as 64,64."),
        (("train", "mnist"), "As in `pellucid train mnist --data-dir mnist --download`."),
        (("evaluate",), "Missing argument 'RUN'. As in `pellucid evaluate runs/digits-mlp-1`."),
        (("digits",), "there is no 'digits'. Write `pellucid train digits`."),
        (("--verbos",), "there is no --verbos. Known: --version, --help."),
        (("train", "Digits"), "there is no 'Digits'. Did you mean 'digits'?"),
    ],
)
def test_wrong_use_is_told_what_is_right(
    run: Run,
    arguments: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in said(run, *arguments)
    assert not list(tmp_path.iterdir())


def test_python_in_a_message_is_told_in_flags(run: Run, tmp_path: Path) -> None:
    code, _, err = run("train", "mnist", "--data-dir", tmp_path)
    assert code == 1
    assert "or add --download to fetch them." in err
    for size, colour in ((4, "red"), (8, "blue")):
        from PIL import Image

        for name in "abc":
            (tmp_path / colour).mkdir(exist_ok=True)
            Image.new("RGB", (size, size), colour).save(tmp_path / colour / f"{name}.png")
    code, _, err = run("train", f"folder:{tmp_path}")
    assert code == 1
    assert "give --size height,width to resize." in err
    assert "size=" not in err


def test_only_what_was_typed_is_told_as_typed() -> None:
    text = "Trainer: batch_size is 0, seed is 1; the batch_size is 0.batch_size is."
    assert in_flags(text, ["--seed", "1"]) == text.replace("seed is", "--seed is")
    assert in_flags(text, []) == text


def test_models_that_fit_are_all_that_fit(run: Run) -> None:
    text = said(run, *DIGITS, "--model", "char-lstm")
    for name in ("mlp", "logistic-regression", "simple-convnet", "resnet", "lstm", "gru"):
        assert f" {name}," in text or f" {name}." in text
    assert "char-transformer" not in text


def test_a_path_alone_is_told_the_kind_of_data(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets").mkdir()
    (tmp_path / "book.txt").write_text("text")
    assert "Write `pellucid train folder:pets`." in said(run, "train", "pets")
    assert "Write `pellucid tune text:book.txt`." in said(run, "tune", "book.txt")
