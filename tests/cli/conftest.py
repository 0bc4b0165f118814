"""The command line, called within the test's process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pellucid.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("train", "digits")`: exit code, standard output, standard error."""

    def call(*arguments: Any) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def said(run: Run, *arguments: str) -> str:
    """What a wrong use of the command line is answered with: one line, and nothing else."""
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("pellucid: ")
    return err.removeprefix("pellucid: ").strip()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on digits, of two epochs, made once: no test changes it."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    assert (
        main(
            [
                "train",
                "digits",
                "--epochs",
                "2",
                "--hidden",
                "16",
                "--executor",
                "reference",
                "--out",
                str(folder),
            ]
        )
        == 0
    )
    return folder


@pytest.fixture(scope="session")
def moons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs on points of two classes, made once: no test changes it."""
    folder = tmp_path_factory.mktemp("runs") / "moons"
    words = ["train", "moons", "--epochs", "2", "--executor", "reference", "--quiet"]
    assert main([*words, "--out", str(folder)]) == 0
    return folder


def done(result: tuple[int, str, str]) -> str:
    """The standard output of a command that did its work and said nothing else."""
    code, out, err = result
    assert (code, err) == (0, "")
    return out


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Ten dark and ten light pictures in two folders."""
    numbers = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 150)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(10):
            pixels = numbers.integers(low, low + 100, (12, 12, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{i}.png")
    return tmp_path / "pets"
