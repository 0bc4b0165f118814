"""`pellucid train` and `pellucid resume`: build, fit, test, and say what came out.

train_run     a new run
resume_run    go on with one
recipe_of     the recipe that options of the command line say
"""

import signal
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from pellucid.cli.datasets import DATA, DataParts
from pellucid.cli.moved import data_of, moved
from pellucid.cli.names import OPTIMIZER_OPTIONS
from pellucid.cli.present import best_and_last, plain_console
from pellucid.cli.recipe import (
    Recipe,
    build_trainer,
    folder_for,
    load_data,
    read_facts,
    read_recipe,
)
from pellucid.cli.settings import from_words, settings_of
from pellucid.data import Dataset
from pellucid.errors import FileError, OptionError
from pellucid.models import MODELS
from pellucid.tables import printable, significant
from pellucid.train import Callback, ProgressBar, RunFolder, Trainer
from pellucid.train.curves import can_draw

STOPPED_BY = {f"stopped by {s.name}": 128 + s for s in (signal.SIGINT, signal.SIGTERM)}


class TestAtEnd(Callback):
    """Measures the model that training ends with on the test set, once, where there is one."""

    def __init__(self, test: Dataset | None) -> None:
        self.test = test

    def end(self, trainer: Trainer) -> None:
        """Measure, for the report."""
        values = {} if self.test is None else trainer.evaluate(self.test)
        for name in sorted(values):
            trainer.results[f"test {name.replace('_', ' ')}"] = significant(values[name])


def train_run(data: str, options: dict[str, Any]) -> int:
    """Train a new run with the options of the command line; the exit code."""
    recipe = recipe_of(data, options)
    use_threads(options["threads"])
    parts = load_data(recipe)
    with folder_for(recipe, options["out"]) as folder:
        trainer = build_trainer(recipe, parts, folder, (ProgressBar(), TestAtEnd(parts.test)))
        return _fit(trainer, recipe, parts, folder)


def resume_run(
    folder: Path,
    epochs: int | None,
    more: int | None,
    threads: int | None,
    data_dir: Path | None,
) -> int:
    """Go on with a run; the exit code."""
    if epochs is not None and more is not None:
        raise OptionError("resume: --epochs counts all, --more those to come: give one of them.")
    use_threads(threads)
    run = RunFolder.open(folder)
    recipe, facts = moved(read_recipe(run), data_dir), read_facts(run)
    if more is not None:
        checkpoint = run.newest_checkpoint()
        epochs = more + (checkpoint.position.epoch if checkpoint else 0)
    if epochs is not None:
        recipe = replace(recipe, epochs=epochs)  # the run holds it for the next time
    parts = data_of(recipe, facts)
    trainer = build_trainer(recipe, parts, folder, (ProgressBar(), TestAtEnd(parts.test)))
    trainer.resume()
    return _fit(trainer, recipe, parts, folder)


def recipe_of(data: str, options: dict[str, Any]) -> Recipe:
    """The recipe of the options; what was left out keeps the defaults of its owner."""
    given = {name: value for name, value in options.items() if value is not None}
    kind, usual = DATA[data], DATA[data].usual
    model = MODELS[given.get("model", usual.model)]
    words = _words(given, set(settings_of(kind.options)))
    model_options = from_words(f"model {model.name!r}", model.options, _words(given, _of_models()))
    optimizer_options = {name: given[name] for name in OPTIMIZER_OPTIONS if name in given}
    if given["optimizer"] in ("adam", "adamw"):
        optimizer_options.setdefault("learning_rate", usual.learning_rate)
    known = {f.name for f in fields(Recipe)}
    plain = {name: value for name, value in given.items() if name in known}
    return Recipe(
        **{"epochs": usual.epochs}
        | plain
        | {
            "data": data,
            "data_options": from_words(f"data {data!r}", kind.options, words),
            "model": model.name,
            "model_options": dict(usual.models.get(model.name, {})) | model_options,
            "optimizer_options": optimizer_options,
            "class_weights": "balanced" if given["balanced"] else None,
        }
    )


def _of_models() -> set[str]:
    """The names of all options that some model has."""
    return {name for kind in MODELS.values() for name in settings_of(kind.options)}


def _words(given: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: word for name, word in given.items() if name in names}


def use_threads(count: int | None) -> None:
    """Let the native executor run on so many threads, where a number is given."""
    if count is not None:
        from pellucid.executors.threads import set_threads

        set_threads(count)


def _fit(trainer: Trainer, recipe: Recipe, parts: DataParts, folder: Path) -> int:
    """Train, and print what came out."""
    errors = Console(stderr=True, soft_wrap=True, markup=False)
    for reason in parts.skipped:
        errors.print(f"skipped: {printable(reason)}", highlight=False)
    if errors.is_terminal:
        chosen = len(parts.validation or ())
        errors.print(
            f"{len(parts.train):,} samples to train on, {chosen:,} to choose by, "
            f"{len(parts.test or ()):,} to judge with; run folder {folder}",
            highlight=False,
        )
    history = trainer.fit(recipe.epochs)
    console = plain_console()
    for line in best_and_last(history) if history.epochs.get("epoch") else ():
        console.print(line)
    console.print(f"ended: {history.stopped}")
    console.print(history.weights)
    for name, text in trainer.results.items():
        console.print(f"{name}: {text}")
    if history.file_error:
        raise FileError(
            f"the run folder {folder} is not complete: the message above says why. What is "
            f"there is whole; go on from it with: pellucid resume {folder}"
        )
    console.print(f"run: {folder}")
    if can_draw():
        console.print(f"curves: {folder / 'curves.png'}")
    console.print(f"report: {folder / 'report.html'}")
    if history.stopped in STOPPED_BY:
        console.print(f"go on with: pellucid resume {folder}")
    return STOPPED_BY.get(history.stopped, 0)
