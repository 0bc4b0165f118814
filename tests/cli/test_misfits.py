"""What does not fit is told at the command line with its diagram, and without a traceback."""

import click
import numpy as np
import pytest

from pellucid import nn
from pellucid.cli import FAILED, main
from pellucid.cli.output import LANGUAGE

FILE = """
from pellucid import nn

model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Linear(4, 3))
"""


@pytest.fixture
def train(tmp_path):
    """A command that calls the model of a file of one's own."""
    path = tmp_path / "model.py"
    path.write_text(FILE, encoding="utf-8")

    @click.command("train")
    @click.option("--language", **LANGUAGE)
    def command():
        names: dict[str, nn.Module] = {}
        exec(path.read_text(encoding="utf-8"), names)
        names["model"](np.zeros((5, 3, 8, 8), np.float32))

    return command


DIAGRAM = [
    "      | (5, 3, 8, 8)",
    "    0 Conv2d(3, 8, 3)",
    "      | (5, 8, 6, 6)",
    "    1 ReLU()",
    "      | (5, 8, 6, 6)   <- 6 != 4",
    "    2 Linear(4, 3)",
]


@pytest.mark.parametrize(
    ("language", "told", "start"),
    [
        ("en", "Put nn.Flatten() before it, and make it Linear(288, 3).", "    input"),
        ("zh", "在它之前放 nn.Flatten()，并把它改为 Linear(288, 3)。", "    输入"),
    ],
)
def test_a_misfit_is_a_line_and_a_diagram(train, capsys, language, told, start):
    assert main(["--language", language], train) == FAILED
    out, err = capsys.readouterr()
    first, *lines = err.splitlines()
    assert out == ""
    assert first.startswith("pellucid: 2: Linear(4, 3)")
    assert "y = x W + b" in first
    assert told in first
    assert lines == [start, *DIAGRAM]
    assert "Traceback" not in err


def test_other_errors_stay_one_line(capsys):
    @click.command("train")
    def command():
        nn.Linear(8, 6).load_state_dict(nn.Linear(8, 6).state_dict() | {"c": np.zeros(2)})

    assert main([], command) == FAILED
    assert len(capsys.readouterr().err.splitlines()) == 1
