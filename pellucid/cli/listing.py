"""`pellucid data` and `pellucid models`: what there is to choose from, one line each."""

from collections.abc import Iterable

from pellucid.cli.datasets import DATA
from pellucid.cli.present import plain_console
from pellucid.models import MODELS


def list_data() -> int:
    """Print the data sets."""
    return _print((kind.name, kind.summary) for kind in DATA.values())


def list_models() -> int:
    """Print the models."""
    return _print((kind.name, kind.summary) for kind in MODELS.values())


def _print(lines: Iterable[tuple[str, str]]) -> int:
    console, rows = plain_console(), list(lines)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        console.print(f"{name:{width}}  {text}")
    return 0
