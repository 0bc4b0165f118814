"""`pellucid evaluate` and `pellucid predict`: a trained run at work.

evaluate_run    loss and accuracy on every set, and class by class
predict_run     classes and probabilities of pictures or rows of numbers
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from pellucid.cli.datasets import DATA, DataParts
from pellucid.cli.moved import data_of, moved
from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_json
from pellucid.cli.recipe import (
    Facts,
    loss_of,
    metrics_of,
    read_facts,
    read_recipe,
    trained_model,
)
from pellucid.cli.words import complain
from pellucid.data import Dataset, Form, read_digit, read_ink
from pellucid.data.folders import read_picture
from pellucid.errors import OptionError, PellucidError
from pellucid.functional import softmax
from pellucid.measures import ClassificationReport, classification_report
from pellucid.nn.module import Module
from pellucid.tables import aligned, cell, printable, significant
from pellucid.train import RunFolder, evaluate
from pellucid.train.epoch_lines import terminal_width
from pellucid.train.judging import Judged, judged

Values = dict[str, dict[str, Any]]

READABLE = ("digit", "ink", "picture", "numbers")


def evaluate_run(
    folder: Path, data_dir: Path | None, output: Output, *, per_class: bool = False
) -> int:
    """Print loss and measures of the model on training, validation and test set.

    `per_class`: also of each class, on the set that judges. Errors: OptionError where there are
    no classes.
    """
    run = RunFolder.open(folder)
    recipe = read_recipe(run)
    facts = read_facts(run)
    if per_class and not facts.form.classes:
        raise OptionError("evaluate: --per-class, but this run predicts numbers. Leave it out.")
    model, weights = trained_model(run, recipe, facts.form)
    there = _sets(data_of(moved(recipe, data_dir), facts))
    loss, metrics = loss_of(recipe, facts.form), metrics_of(facts.form)
    found: Values = {
        name: {"samples": len(data), **evaluate(model, loss, data, metrics)}
        for name, data in there.items()
    }
    last = list(there)[-1]
    judgement = judged(model, loss, there[last], metrics) if per_class else None
    if output.as_json:
        classes = judgement and {"set": last} | _per_class(judgement, facts).as_dict()
        document = {"run": str(folder), "weights": weights, "sets": found, "per_class": classes}
        write_json(document)
        return 0
    told = judgement and f"{_word(last)} set, {_told_per_class(judgement, facts)}"
    _print(_table_of(found), weights, output, told or "")
    return 0


def _sets(parts: DataParts) -> dict[str, Dataset]:
    sets = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    return {name: data for name, data in sets.items() if data is not None}


def _table_of(found: Values) -> Table:
    table = _table("set", *found["train"])
    for name, values in found.items():
        table.add_row(_word(name), *map(cell, values.values()))
    return table


def _word(name: str) -> str:
    return "training" if name == "train" else name


def _per_class(found: Judged, facts: Facts) -> ClassificationReport:
    return classification_report(*found.classes(), class_names=_names(facts))


def _told_per_class(found: Judged, facts: Facts) -> str:
    left_out = f", without {found.unsound:,} whose outputs are nan" if found.unsound else ""
    report = printable(str(_per_class(found, facts)), keep="\n")
    return f"class by class{left_out}:\n{report}"


def _print(table: Table, weights: str, output: Output, more: str = "") -> None:
    """Results, and which weights they are of."""
    console = plain_console()
    console.print(table)
    if more:
        console.print(f"\n{more}\n")
    if output.is_full:
        console.print(printable(weights))


def predict_run(folder: Path, inputs: Sequence[str], output: Output) -> int:
    """Print what the model says of each picture or row of numbers; the exit code.

    What cannot be read is complained of, and the rest answered; nothing else than a single one
    that cannot be read is raised.
    """
    run = RunFolder.open(folder)
    recipe = read_recipe(run)
    facts = read_facts(run)
    model, weights = trained_model(run, recipe, facts.form)
    kind = DATA[recipe.data]
    samples, faults = _samples(kind.reads, inputs, facts.form)
    numbers = _outputs(model, samples, facts.form)
    if output.as_json:
        answers = dict(zip(samples, map(partial(_answer, facts), numbers), strict=True))
        answers |= {place: {"error": str(fault)} for place, fault in faults.items()}
        listed = [{"input": word} | answers[place] for place, word in enumerate(inputs)]
        write_json({"run": str(folder), "weights": weights, "answers": listed})
    elif samples:
        _print(_answers(kind.reads, facts, [inputs[i] for i in samples], numbers), weights, output)
    for fault in faults.values():
        complain(str(fault))
    is_misuse = all(isinstance(fault, OptionError) for fault in faults.values())
    return 0 if not faults else 2 if is_misuse else 1


def _outputs(model: Module, samples: Mapping[int, Any], form: Form) -> Any:
    """What the model gives for each sample: probabilities of classes, or numbers."""
    if not samples:
        return ()
    with model.mode(training=False):
        outputs = model(np.stack(list(samples.values())))
        return softmax(outputs).numpy() if form.classes else outputs.numpy()


def _answer(facts: Facts, numbers: Any) -> dict[str, Any]:
    """One answer, for a program."""
    if not facts.form.classes:
        return {"outputs": numbers}
    names = _names(facts)
    probabilities = dict(zip(names, numbers, strict=True))
    return {"class": names[int(numbers.argmax())], "probabilities": probabilities}


def _samples(
    reads: str, words: Sequence[str], form: Form
) -> tuple[dict[int, Any], dict[int, PellucidError]]:
    """Each input that can be read, by its place, and what is wrong with the others."""
    samples: dict[int, Any] = {}
    faults: dict[int, PellucidError] = {}
    for place, word in enumerate(words):
        try:
            samples[place] = _sample(reads, word, form)
        except PellucidError as error:
            if len(words) == 1 or reads not in READABLE:
                raise
            faults[place] = error
    return samples, faults


def _sample(reads: str, word: str, form: Form) -> Any:
    """One input in the shape of the data that the model learned from."""
    if reads == "digit":
        side = int(form.features**0.5)
        return read_digit(word, (side, side)).reshape(form.shape)
    if reads == "ink":
        side = int(form.features**0.5)
        sides = form.shape[1:] if len(form.shape) == 3 else (side, side)
        return read_ink(word, (sides[0], sides[1])).reshape(form.shape)
    if reads == "picture":
        channels, height, width = form.shape
        return read_picture(word, size=(height, width), grey=channels == 1)
    if reads not in READABLE:
        raise OptionError(
            "predict: a model of text has no single answer. Let it go on with a text: "
            "pellucid generate RUN --prompt TEXT"
        )
    try:
        numbers = np.array([float(part) for part in word.split(",")], np.float32)
    except ValueError:
        numbers = np.zeros(0, np.float32)
    if numbers.size != form.features or not np.isfinite(numbers).all():
        raise OptionError(
            f"predict: {word!r}. This model takes {form.features} finite numbers, separated by "
            "commas without a space."
        )
    return numbers.reshape(form.shape)


def _answers(reads: str, facts: Facts, inputs: Sequence[str], numbers: Any) -> Table:
    """One row for each input: the class and its probabilities, or the numbers predicted.

    In a terminal that is too narrow for all probabilities they are those of the likeliest classes.
    """
    first = "numbers" if reads == "numbers" else "picture"
    answers = list(zip(inputs, numbers, strict=True))
    if not facts.form.classes:
        table = _table(first, *(f"y{i}" for i in range(numbers.shape[1])))
        for word, row in answers:
            table.add_row(Text(word), *(significant(float(y)) for y in row))
        return table
    names, width = _names(facts), terminal_width()
    second = "digit" if reads == "digit" and not facts.class_names else "class"
    heads = [f"p({name})" for name in names]
    # Of probabilities, which sum to 1, the same digits count behind every point.
    rows = [[word, names[p.argmax()], *(f"{x:.3f}" for x in p)] for word, p in answers]
    if not _fits([[first, second, *heads], *rows], width):
        heads = ["p", "then"]
        rows = [[word, *_likeliest(names, p)] for word, p in answers]
    table = _table(first, second, *heads)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _fits(rows: Sequence[Sequence[str]], width: int | None) -> bool:
    """Whether a terminal, where there is one, has room for rows."""
    return width is None or max(map(len, aligned(rows, texts=1))) <= width


def _likeliest(names: Sequence[str], probabilities: Any) -> list[str]:
    """The likeliest class, its probability, and the next two."""
    order = np.argsort(-probabilities, kind="stable")[:3]
    first, *rest = (f"{names[i]} {probabilities[i]:.3f}" for i in order)
    return [*first.rsplit(" ", 1), ", ".join(rest)]


def _names(facts: Facts) -> tuple[str, ...]:
    """What the classes are called: their names, characters of a text, or numbers."""
    spelled = tuple(repr(c) if c.isspace() else c for c in facts.characters)
    return facts.class_names or spelled or tuple(str(i) for i in range(facts.form.classes))


def _table(first: str, *rest: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(first, overflow="fold")
    for heading in rest:
        table.add_column(Text(heading.replace("_", " ")), justify="right")
    return table
