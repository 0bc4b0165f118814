"""The lists of data sets and models: one line each, and every option as a document."""

from collections.abc import Callable

from pellucid.cli.datasets import DATA
from pellucid.models import MODELS

Run = Callable[..., tuple[int, str, str]]


def test_data_and_models_are_listed_one_line_each(run: Run) -> None:
    for command, known in (("data", DATA), ("models", MODELS)):
        _, out, _ = run(command)
        assert [line.split()[0] for line in out.splitlines()] == list(known)
        assert all(line.endswith(".") for line in out.splitlines())
