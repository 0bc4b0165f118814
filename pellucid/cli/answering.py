"""What a model is asked at the command line, and its answers, for people and for programs.

Answering    how the model of a run is asked, and what its outputs mean
answers      a table of them; as_document: one of them, for a program; as_documents, of each output
as_record    those of one sample, for a table in CSV
words_in     what is asked, folders as the pictures in them
asked        samples that can be read, and what is wrong with the others
table        a table whose first column is text
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table
from rich.text import Text

from pellucid.data.folder_parts import entries
from pellucid.disk import expanded
from pellucid.errors import OptionError, PellucidError
from pellucid.tables import aligned, significant
from pellucid.train.live.epoch_lines import terminal_width

if TYPE_CHECKING:
    from pellucid.train import Calibrated

MOST_NUMBERS = 20  # of one answer, for people: a picture that a model gives has thousands


@dataclass(frozen=True)
class Answering:
    """How the model of a run is asked.

    `sample` reads one word; `outputs` computes what the model gives for some: for each of the
    classes `names` a number, called `symbol`, where "p" is a probability; for each step of a
    sequence likewise; or without `names` the numbers that it predicts. `first`, `second`: heads of
    a table. `weights`: which ones. `calibrated`: what the probabilities are calibrated by.
    """

    sample: Callable[[str], Any]
    outputs: Callable[[Sequence[Any]], Any]
    names: tuple[str, ...]
    weights: str
    first: str
    second: str = "class"
    symbol: str = "p"
    calibrated: "Calibrated | None" = None

    def answer(self, samples: Sequence[Any]) -> Any:
        """The outputs for some samples, calibrated where they are to be."""
        numbers = self.outputs(samples)
        return numbers if self.calibrated is None else self.calibrated.probabilities(numbers)

    def chosen(self, numbers: Any) -> str:
        """The name of the class that the numbers of one sample choose."""
        if self.calibrated is None:
            return self.names[int(numbers.argmax())]
        return self.names[int(self.calibrated.classes(numbers))]


def words_in(answering: Answering, inputs: Sequence[str]) -> list[str]:
    """What is asked: of a folder all pictures in it and in its folders, by name."""
    words: list[str] = []
    for word in inputs:
        folder = Path(expanded(word))
        if answering.first == "numbers" or not folder.is_dir():
            words.append(word)
            continue
        found = list(map(str, _files_in(folder)))
        if not found:
            raise OptionError(f"predict: {word} holds no picture. Give a folder with pictures.")
        words += found
    return words


def _files_in(folder: Path) -> list[Path]:
    """All that may be pictures; links to folders are not followed."""
    waiting = [folder]
    found = []
    while waiting:
        for path in entries(waiting.pop()):
            is_folder = path.is_dir()
            if is_folder and not path.is_symlink():
                waiting.append(path)
            elif not is_folder:
                found.append(path)
    return sorted(found)


def asked(
    answering: Answering, words: Sequence[str]
) -> tuple[dict[int, Any], dict[int, PellucidError]]:
    """Each sample that can be read, by its place, and what is wrong with the others.

    Of a single one, what is wrong is raised.
    """
    samples: dict[int, Any] = {}
    faults: dict[int, PellucidError] = {}
    for place, word in enumerate(words):
        try:
            samples[place] = answering.sample(word)
        except PellucidError as error:
            if len(words) == 1:
                raise
            faults[place] = error
    return samples, faults


def as_document(answering: Answering, numbers: Any) -> dict[str, Any]:
    """One answer, for a program."""
    names = answering.names
    if not names:
        return {"outputs": numbers}
    if numbers.ndim == 2:
        return {"classes": [names[i] for i in numbers.argmax(axis=1)]}
    of_each = dict(zip(names, numbers, strict=True))
    kind = "probabilities" if answering.symbol == "p" else "outputs"
    return {"class": answering.chosen(numbers), kind: of_each}


def as_documents(
    answerings: Mapping[str, Answering], found: Mapping[str, Any], place: int
) -> dict[str, Any]:
    """One answer of each output, by name; of one output alone as it is."""
    told = {name: as_document(each, found[name][place]) for name, each in answerings.items()}
    return told.get("", told)


def as_record(
    answerings: Mapping[str, Answering], found: Mapping[str, Any], place: int, word: str
) -> dict[str, Any]:
    """The answers to one word as a row of a table, whose numbers are not rounded."""
    told: dict[str, Any] = {next(iter(answerings.values())).first: word}
    for name, each in answerings.items():
        columns = _columns(each, found[name][place])
        told |= {f"{name} {column}".lstrip(): value for column, value in columns.items()}
    return told


def _columns(answering: Answering, numbers: Any) -> dict[str, Any]:
    """One answer of one output."""
    names = answering.names
    if names and numbers.ndim == 2:
        return {"classes": " ".join(names[i] for i in numbers.argmax(axis=1))}
    values = numbers.reshape(-1).tolist()
    if not names:
        return {f"y{i}": value for i, value in enumerate(values)}
    of_each = {f"{answering.symbol}({n})": p for n, p in zip(names, values, strict=True)}
    return {answering.second: answering.chosen(numbers)} | of_each


def answers(answering: Answering, inputs: Sequence[str], numbers: Any) -> Table:
    """One row for each input: the class and its probabilities, or the numbers predicted.

    In a terminal that is too narrow for all probabilities they are those of the likeliest classes.
    """
    first = answering.first
    second = answering.second
    names = answering.names
    found = list(zip(inputs, numbers, strict=True))
    if not names:
        return _of_numbers(first, found)
    if numbers.ndim == 3:
        steps = [[word, ", ".join(names[i] for i in row.argmax(axis=1))] for word, row in found]
        return _filled([first, "classes, step by step"], steps)
    # Of probabilities, which sum to 1, the same digits count behind every point.
    shown = "{:.3f}".format if answering.symbol == "p" else significant
    heads = [f"{answering.symbol}({name})" for name in names]
    rows = [[word, answering.chosen(p), *map(shown, p.tolist())] for word, p in found]
    if not _fits([[first, second, *heads], *rows], terminal_width()):
        heads = [answering.symbol, "then"]
        rows = [[word, *_likeliest(names, p, shown)] for word, p in found]
    return _filled([first, second, *heads], rows)


def _of_numbers(first: str, found: Sequence[tuple[str, Any]]) -> Table:
    """The numbers that are predicted, of many the first."""
    count = found[0][1].size
    heads = [f"y{i}" for i in range(min(count, MOST_NUMBERS))]
    dots = ["..."] if count > MOST_NUMBERS else []
    rows = [
        [word, *map(significant, row.reshape(-1)[:MOST_NUMBERS].tolist()), *dots]
        for word, row in found
    ]
    return _filled([first, *heads, *([f"{count:,} in all"] if dots else [])], rows)


def _fits(rows: Sequence[Sequence[str]], width: int | None) -> bool:
    """Whether a terminal, where there is one, has room for rows."""
    return width is None or max(map(len, aligned(rows, texts=1))) <= width


def _likeliest(names: Sequence[str], numbers: Any, shown: Callable[[float], str]) -> list[str]:
    """The likeliest class, its number, and the next two."""
    order = np.argsort(-numbers, kind="stable")[:3].tolist()
    pairs = [f"{names[i]} {shown(float(numbers[i]))}" for i in order]
    return [*pairs[0].rsplit(" ", 1), ", ".join(pairs[1:])]


def _filled(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    made = table(*heads)
    for row in rows:
        made.add_row(*map(Text, row))
    return made


def table(first: str, *rest: str) -> Table:
    """A table without lines, whose first column may be folded."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    made.add_column(first, overflow="fold")
    for heading in rest:
        made.add_column(Text(heading.replace("_", " ")), justify="right")
    return made


def by_place(
    words: Sequence[str],
    answered: Mapping[int, dict[str, Any]],
    faults: Mapping[int, PellucidError],
) -> list[dict[str, Any]]:
    """What is said of each word, for a program."""
    told = dict(answered) | {place: {"error": str(fault)} for place, fault in faults.items()}
    return [{"input": word} | told[place] for place, word in enumerate(words)]
