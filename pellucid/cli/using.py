"""`pellucid evaluate` and `pellucid predict`: a trained run at work.

evaluate_run    loss and accuracy on every set, and class by class
predict_run     classes and probabilities of pictures or rows of numbers
read_sample     one input, as the command line is given it
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from pellucid.cli.answering import (
    Answering,
    answers,
    as_documents,
    as_record,
    asked,
    by_place,
    words_in,
)
from pellucid.cli.answering import table as empty_table
from pellucid.cli.custom_model_answers import custom_answerings
from pellucid.cli.custom_models import is_custom, refuse_custom
from pellucid.cli.data_facts import DataFacts, read_facts
from pellucid.cli.data_parts import DataParts
from pellucid.cli.datasets import DATA
from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_csv, write_json
from pellucid.cli.recipe import Recipe, load_data, read_recipe, trained_model
from pellucid.cli.run_data import data_of, moved
from pellucid.cli.suited_loss import loss_of, metrics_of
from pellucid.cli.values import numbers_of, rule_of
from pellucid.cli.words import complain
from pellucid.data import Dataset, Form, read_digit, read_ink
from pellucid.data.folders import read_picture
from pellucid.errors import DataError, OptionError, closest
from pellucid.functional import softmax
from pellucid.measures import ClassificationReport, classification_report
from pellucid.nn.module import Module
from pellucid.recordings import USUAL
from pellucid.tables import cell, printable
from pellucid.train import RunFolder
from pellucid.train.measurements.evaluation import Evaluation
from pellucid.train.measurements.judging import Judged, judgement
from pellucid.train.run_files.stored import load_graphs

Values = dict[str, dict[str, Any]]

READABLE = ("digit", "ink", "picture", "numbers")


def evaluate_run(
    folder: Path,
    data_dir: Path | None,
    output: Output,
    *,
    data: str | None = None,
    epoch: int | None = None,
    per_class: bool = False,
) -> int:
    """Print loss and measures of the model on training, validation and test set.

    `data`: by which name the command line knows the data, for a run that a Trainer in Python made.
    `epoch`: with the weights of one of the best epochs. `per_class`: also of each class, on the set
    that judges. Errors: OptionError where there are no classes.
    """
    run = RunFolder.open(folder)
    if is_custom(run) and data is not None and not per_class:
        return _evaluate_own(run, data, data_dir, output, epoch)
    refuse_custom("evaluate", run)
    if data is not None:
        raise OptionError(f"evaluate: --data {data}, but this run knows its data. Leave it out.")
    recipe = read_recipe(run)
    facts = read_facts(run)
    if per_class and not facts.form.classes:
        raise OptionError("evaluate: --per-class, but this run predicts numbers. Leave it out.")
    model, weights = trained_model(run, recipe, facts.form, epoch=epoch)
    there = _sets(data_of(moved(recipe, data_dir), facts))
    loss = loss_of(recipe, facts.form)
    metrics = metrics_of(facts.form)
    measure = Evaluation(model, loss, metrics, None, recipe.of_products, keeps=per_class)
    found: Values = {n: {"samples": len(data), **measure(data)} for n, data in there.items()}
    last = list(there)[-1]
    of_last = judgement(measure.outputs, there[last], loss, metrics) if per_class else None
    if output.as_json:
        classes = of_last and {"set": last} | _per_class(of_last, facts).as_dict()
        document = {"run": str(folder), "weights": weights, "sets": found, "per_class": classes}
        write_json(document)
        return 0
    told = of_last and f"{_word(last)} set, {_told_per_class(of_last, facts)}"
    _print(_table_of(found), weights, output, told or "")
    return 0


def _evaluate_own(
    run: RunFolder, data: str, data_dir: Path | None, output: Output, epoch: int | None
) -> int:
    """The same by the graph that a run keeps, on data that the command line knows."""
    name, _, place = data.partition(":")
    if name not in DATA:
        raise OptionError(f"evaluate: --data {data!r}. {closest(name, DATA)}")
    arrays, weights = run.load_model(epoch)
    model, measures = load_graphs(run.graph_file, arrays)
    if isinstance(measures, str):
        raise DataError(f"evaluate {run.path}: loss and metrics could not be kept ({measures}).")
    parts = load_data(moved(Recipe(name), place or data_dir))
    shape = model.stored.samples[0].shape[1:]
    if np.prod(shape) == parts.train.form.features:  # pictures may be rows of numbers
        parts = parts.with_shape(shape)
    found: Values = {
        each: {"samples": len(part), **measures(model, part)} for each, part in _sets(parts).items()
    }
    if output.as_json:
        write_json({"run": str(run.path), "weights": weights, "sets": found, "per_class": None})
        return 0
    _print(_table_of(found), weights, output)
    if output.is_full:
        plain_console().print(
            "sets as the command line makes them: which of these the run has learned from, it does "
            "not tell"
        )
    return 0


def _sets(parts: DataParts) -> dict[str, Dataset]:
    sets = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    return {name: data for name, data in sets.items() if data is not None}


def _table_of(found: Values) -> Table:
    table = empty_table("set", *found["train"])
    for name, values in found.items():
        table.add_row(_word(name), *map(cell, values.values()))
    return table


def _word(name: str) -> str:
    return "training" if name == "train" else name


def _per_class(found: Judged, facts: DataFacts) -> ClassificationReport:
    return classification_report(*found.classes(), class_names=facts.names)


def _told_per_class(found: Judged, facts: DataFacts) -> str:
    left_out = f", without {found.unsound:,} whose outputs are nan" if found.unsound else ""
    report = printable(str(_per_class(found, facts)), keep="\n")
    return f"class by class{left_out}:\n{report}"


def _print(
    table: Table,
    weights: str,
    output: Output,
    more: str = "",
    *,
    title: str = "",
) -> None:
    """Results, and which weights they are of."""
    console = plain_console()
    if title:
        console.print(f"{printable(title)}:")
    console.print(table)
    if more:
        console.print(f"\n{more}\n")
    if output.is_full and weights:
        console.print(printable(weights))


def predict_run(
    folder: Path,
    inputs: Sequence[str],
    output: Output,
    *,
    calibrated: bool = False,
    views: int = 1,
    as_csv: bool = False,
) -> int:
    """Print what the model says of each picture or row of numbers; the exit code.

    Of a folder, of the pictures in it.

    `calibrated`: with probabilities that are as sure as they were right on the validation set.
    `views`: the mean over so many views of a picture, which is one of them.
    What cannot be read is complained of, and the rest answered; nothing else than a single one
    that cannot be read is raised.
    """
    answerings = answerings_of(RunFolder.open(folder), calibrated=calibrated, views=views)
    first = next(iter(answerings.values()))
    last = [*answerings.values()][-1]
    inputs = words_in(first, inputs)
    samples, faults = asked(first, inputs)
    rows = list(samples.values())
    found = {name: each.answer(rows) if samples else () for name, each in answerings.items()}
    if output.as_json:
        told = [as_documents(answerings, found, i) for i in range(len(rows))]
        listed = by_place(inputs, dict(zip(samples, told, strict=True)), faults)
        write_json({"run": str(folder), "weights": first.weights, "answers": listed})
    elif as_csv:
        write_csv([as_record(answerings, found, i, inputs[at]) for i, at in enumerate(samples)])
    elif samples:
        for name, answering in answerings.items():
            shown = answers(answering, [inputs[i] for i in samples], found[name])
            weights = answering.weights if answering is last else ""
            _print(shown, weights, output, title=name)
    for fault in faults.values():
        complain(str(fault))
    is_misuse = all(isinstance(fault, OptionError) for fault in faults.values())
    return 0 if not faults else 2 if is_misuse else 1


def predict_into(out: Path, folder: Path, inputs: Sequence[str], output: Output, **how: Any) -> int:
    """Write the answers into a CSV file; the exit code. `how`: as of `predict_run`."""
    from pellucid.cli.predicted_file import write_answers  # on use

    answerings = answerings_of(RunFolder.open(folder), **how)
    count = write_answers(answerings, inputs, out, output)
    weights = next(iter(answerings.values())).weights
    if output.as_json:
        write_json({"answers": count, "file": str(out), "weights": weights})
    elif output.is_full:
        plain_console().print(f"{count:,} answers: {out}\n{printable(weights)}")
    return 0


def answerings_of(run: RunFolder, *, calibrated: bool, views: int) -> dict[str, Answering]:
    """How the model of a run is asked, for each of its outputs; one alone has an empty name."""
    found = custom_answerings(run) if is_custom(run) else {"": _answering(run)}
    if views > 1:
        from pellucid.cli.viewing import viewed  # on use

        found = {name: viewed(run, each, views) for name, each in found.items()}
    if calibrated:
        from pellucid.cli.calibrating import calibrated_answering  # on use

        if len(found) > 1:
            raise OptionError(
                f"predict: --calibrated, but this run has the outputs {', '.join(found)}, and a "
                "calibration is of one. Leave it out."
            )
        found = {name: calibrated_answering(run, each) for name, each in found.items()}
    return found


def _answering(run: RunFolder) -> Answering:
    """How the model of a run of the command line is asked."""
    recipe = read_recipe(run)
    facts = read_facts(run)
    reads = DATA[recipe.data].reads
    if reads not in READABLE:
        raise OptionError(
            "predict: a model of text has no single answer. Let it go on with a text: "
            "pellucid generate RUN --prompt TEXT"
        )
    model, weights = trained_model(run, recipe, facts.form)
    return Answering(
        lambda word: read_sample(reads, word, facts.form),
        partial(_outputs, _program_of(model, recipe), facts.form),
        facts.names,
        weights,
        "numbers" if reads == "numbers" else "picture",
        "digit" if reads == "digit" and not facts.class_names else "class",
    )


def _program_of(model: Module, recipe: Recipe) -> Callable[[Any], Any]:
    """What is asked: the model, compiled where that is how its precision comes about."""
    if recipe.of_products == USUAL:
        return model.inference()
    return model.predictor(precision=recipe.of_products)


def _outputs(model: Callable[[Any], Any], form: Form, samples: Sequence[Any]) -> Any:
    """What the model gives for each sample: probabilities of classes, or numbers."""
    outputs = model(np.stack(samples))
    return softmax(outputs).numpy() if form.classes else outputs.numpy()


def read_sample(reads: str, word: str, form: Form) -> Any:
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
    numbers = numbers_of(word, form.features)
    if numbers is None:
        raise OptionError(f"{word!r}: this model takes {rule_of(form.features)}.")
    return numbers.astype(np.float32).reshape(form.shape)
