"""A model of text on the command line: trained, resumed, evaluated, and writing."""

import json
from pathlib import Path

import pytest
from cli.conftest import Run, done

SMALL = {
    "char-transformer": ("--features", 16, "--heads", 2, "--blocks", 1),
    "char-lstm": ("--features", 8, "--hidden", 16),
}
QUICK = ("--executor", "reference", "--length", 8, "--batch-size", 16)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.txt"
    path.write_text("the cat sat on the mat.\n" * 60, encoding="utf-8")
    return path


@pytest.mark.parametrize("model", list(SMALL))
def test_a_text_is_learned_resumed_and_written(
    run: Run, tmp_path: Path, book: Path, model: str
) -> None:
    options = ("--model", model, *SMALL[model], *QUICK)
    done(run("train", f"text:{book}", *options, "--epochs", 3, "--out", tmp_path / "whole"))
    done(run("train", "text", "--file", book, *options, "--epochs", 1, "--out", tmp_path / "run"))
    done(run("resume", tmp_path / "run", "--epochs", 3))
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "run" / file).read_bytes()
    assert done(run("evaluate", tmp_path / "run")).splitlines()[-2].startswith("test")
    book.unlink()  # writing needs the run alone
    asked = ("generate", tmp_path / "run", "--prompt", "the", "--length", 30)
    texts = [done(run(*asked, "--seed", seed)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert texts[0].startswith("the")
    assert len(texts[0]) == 3 + 30 + 1
    assert set(texts[0]) <= set("the cat sat on the mat.\n")
    code, _, err = run("generate", tmp_path / "run", "--prompt", "Zebra")
    assert code == 1
    assert "character 'Z' at position 0" in err
    code, _, err = run("predict", tmp_path / "run", "the")
    assert code == 2
    assert "pellucid generate" in err


def test_a_run_whose_characters_were_changed_is_refused(
    run: Run, tmp_path: Path, book: Path
) -> None:
    options = ("--model", "char-lstm", *SMALL["char-lstm"], *QUICK, "--epochs", 1)
    done(run("train", f"text:{book}", *options, "--out", tmp_path / "run"))
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    for characters in (config["data"]["characters"][1:], ""):
        config["data"]["characters"] = characters
        (tmp_path / "run" / "config.json").write_text(json.dumps(config))
        code, _, err = run("generate", tmp_path / "run")
        assert code == 1
        assert "config.json says of the data is not whole" in err


def test_a_run_without_text_writes_none(run: Run, trained: Path) -> None:
    code, _, err = run("generate", trained)
    assert code == 2
    assert "learned from 'digits', not from text" in err


def test_a_text_that_is_not_utf8_is_named_by_its_byte(run: Run, book: Path, tmp_path: Path) -> None:
    book.write_bytes(b"caf\xe9 " * 100)
    code, _, err = run("train", f"text:{book}", "--out", tmp_path / "run")
    assert code == 1
    assert "byte 0xe9 at position 3 (line 1) is not UTF-8" in err


def test_a_model_of_images_is_refused_for_text(run: Run, book: Path, tmp_path: Path) -> None:
    code, _, err = run("train", f"text:{book}", "--model", "mlp", "--out", tmp_path / "run")
    assert code == 2
    assert "mlp takes numbers; these samples are text. Models that fit: char-" in err
