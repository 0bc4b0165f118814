"""What an experiment leaves on the disk: its figures, what moves, and its numbers.

save          write them into a folder
make_folder   the folder, where it is missing
csv           the numbers, as text
"""

import csv as comma_separated
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.io.files import file_error, write_atomic
from pellucid.lab.experiment import Series
from pellucid.lab.outcome import Outcome
from pellucid.lab.themes import THEMES, png


def save(outcome: Outcome, folder: Path, themes: tuple[str, ...] = tuple(THEMES)) -> list[Path]:
    """Write the figure and the film in each theme, the diagram, and the series; the files.

    The folder is made where it is missing; a file is replaced as a whole or stays as it was.
    Errors: FileError where it cannot be written to; OptionError without Matplotlib.
    """
    make_folder(folder)
    found = []
    for name, content in _contents(outcome, themes):
        path = folder / name
        write_atomic(path, content)
        found.append(path)
    return found


def make_folder(folder: Path) -> None:
    """A folder with those above it. Errors: FileError where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error("make", folder, error) from error


def csv(series: Series) -> str:
    r"""One column for a series, several for one with further axes; short ones end with empty cells.

    >>> csv({"steps": np.arange(2), "w": np.array([[0.5, 1.0]])})
    'steps,w[0],w[1]\n0,0.5,1.0\n1,,\n'
    """
    columns = dict(column for name, array in series.items() for column in _columns(name, array))
    buffer = io.StringIO()
    writer = comma_separated.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    longest = max(map(len, columns.values()), default=0)
    for i in range(longest):
        writer.writerow([column[i] if i < len(column) else "" for column in columns.values()])
    return buffer.getvalue()


def _columns(name: str, array: Any) -> Iterator[tuple[str, list[Any]]]:
    array = np.asarray(array)
    if array.ndim <= 1:
        yield name, np.atleast_1d(array).tolist()
        return
    for place in np.ndindex(array.shape[1:]):
        yield f"{name}[{' '.join(map(str, place))}]", array[(slice(None), *place)].tolist()


def _contents(outcome: Outcome, themes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    name = outcome.experiment.name
    for theme in themes:
        ending = "" if theme == themes[0] else f"-{theme}"
        yield f"{name}{ending}.png", png(outcome.figure(theme))
        film = outcome.film(theme)
        if film is not None:
            yield f"{name}{ending}.webp", film.webp()
    diagram = outcome.diagram()
    if diagram:
        yield f"{name}.svg", diagram.encode()
    yield f"{name}.csv", csv(outcome.series).encode()
