"""What `pellucid explain` is asked to look at: rows, texts, checkpoints, two of them."""

from pathlib import Path

import pytest
from cli.conftest import Run, done


def trained(run: Run, folder: Path, *words: object) -> Path:
    code, _, err = run("train", *words, "--executor", "reference", "--out", folder, "--quiet")
    assert (code, err) == (0, "")
    return folder


def refused(result: tuple[int, str, str]) -> str:
    code, out, err = result
    assert code != 0
    assert out == ""
    assert "Traceback" not in err
    return err


@pytest.fixture
def moons(run: Run, tmp_path: Path) -> Path:
    return trained(run, tmp_path / "moons", "moons", "--epochs", 2, "--hidden", 4)


def test_a_row_of_numbers_is_explained(run: Run, moons: Path) -> None:
    out = done(run("explain", moons, "--input", "0.5,-0.2", "--node", "x"))
    assert "x: float32[1,2]" in out
    assert "value: (1, 2), from -0.2 to 0.5" in out
    assert "takes 2 finite numbers" in refused(run("explain", moons, "--input", "0.5"))
    assert "takes no pictures" in refused(run("explain", moons, "--image", "x.png"))


def test_a_text_is_explained_by_the_character_that_comes_next(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the cat sat on the mat. " * 40, encoding="utf-8")
    folder = trained(
        run, tmp_path / "text", "text", "--file", text, "--model", "char-lstm", "--epochs", 1,
        "--hidden", 8,
    )  # fmt: skip
    out = done(run("explain", folder, "--input", "the c", "--node", "token.weight"))
    assert "token.weight: float32" in out
    assert "characters" in refused(run("explain", folder, "--input", "the cat " * 100))
    assert "'Z'" in refused(run("explain", folder, "--input", "Z"))


def test_two_checkpoints_stand_side_by_side(run: Run, moons: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    out = done(run("explain", moons, "--beside", 0, "--out", page))
    assert out.startswith("weights at the start, seed 0 -> weights of epoch")
    assert "hidden.0.linear.weight" in out
    assert "Side by side" in page.read_text(encoding="utf-8")
    start = done(run("explain", moons, "--step", 0))
    assert "weights at the start, seed 0" in start
    told = refused(run("explain", moons, "--step", 7))
    assert "it keeps no checkpoint of step 7, but of steps " in told


def test_the_page_of_a_run_has_the_samples_that_are_most_wrong(
    run: Run, moons: Path, tmp_path: Path
) -> None:
    done(run("explain", moons, "--out", tmp_path / "page.html"))
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Samples that are most wrong" in text
    assert "p of answer" in text


def test_what_has_no_checkpoints_is_refused(run: Run) -> None:
    told = refused(run("explain", "--model", "mlp", "--data", "digits", "--beside", 3))
    assert "--beside, and no run." in told
