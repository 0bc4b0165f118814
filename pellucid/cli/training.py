"""`pellucid train` and `pellucid resume`: build, fit, test, and say what came out.

train_run     a new run; train_recipe, by its recipe
resume_run    go on with one
recipe_of     the recipe that options of the command line say
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from pellucid.cli.batch_rules import batch_rules
from pellucid.cli.custom_models import refuse_custom
from pellucid.cli.data_facts import DataFacts, read_facts
from pellucid.cli.data_parts import DataParts
from pellucid.cli.datasets import DATA
from pellucid.cli.known_words import OPTIMIZER_OPTIONS
from pellucid.cli.long_runs import long_run
from pellucid.cli.output import Output, let_go
from pellucid.cli.part_rules import part_rules
from pellucid.cli.present import best_and_last, plain_console, write_json
from pellucid.cli.recipe import Recipe, build_trainer, load_data, read_recipe
from pellucid.cli.run_data import data_of, moved
from pellucid.cli.run_folders import folder_for
from pellucid.cli.settings import from_words, settings_of
from pellucid.cli.updates import average_of, average_options
from pellucid.cli.values import time_word
from pellucid.data import Dataset
from pellucid.errors import FileError, OptionError
from pellucid.models import MODELS
from pellucid.tables import printable, significant
from pellucid.train import Callback, History, ProgressBar, RunFolder, Trainer
from pellucid.train.interrupt import SIGNALS
from pellucid.train.pages.curves import can_draw
from pellucid.train.run_files.clock import TIME_LIMIT

# The rate that suits data is that of Adam; by it that of others, by how large their steps are.
OF_ADAM_S_RATE = {
    **dict.fromkeys(("adam", "adamepsilonhat", "adamw", "nadam", "nadamconstant", "radam"), 1.0),
    "lamb": 1.0,
    "lion": 0.1,
    "muonasadam": 1.0,
}
STOPPED_BY = {f"stopped by {s.name}": 128 + s for s in SIGNALS}
LOST = "stopped by SIGHUP"
STARTED = "started from"


class TestAtEnd(Callback):
    """Measures the model that training ends with on the test set, once, where there is one."""

    def __init__(self, test: Dataset | None) -> None:
        self.test = test
        self.values: dict[str, float] = {}

    def end(self, trainer: Trainer) -> None:
        """Measure, for the report."""
        self.values = {} if self.test is None else trainer.evaluate(self.test)
        for name in sorted(self.values):
            shown = significant(self.values[name])
            trainer.results[f"test {name.replace('_', ' ')}"] = shown


def train_run(data: str, options: dict[str, Any], output: Output) -> int:
    """Train a new run with the options of the command line; the exit code."""
    return train_recipe(recipe_of(data, options), options, output)


def train_recipe(recipe: Recipe, options: Mapping[str, Any], output: Output) -> int:
    """Train a new run by a recipe; the exit code."""
    use_threads(options["threads"])
    parts = load_data(recipe)
    with folder_for(recipe, options["out"]) as folder:
        lint = not options["no_lint"]
        return OneRun(recipe, parts, folder, output, lint=lint, begins=True).fit()


def resume_run(
    folder: Path,
    changes: dict[str, Any],
    threads: int | None,
    data_dir: Path | None,
    output: Output,
) -> int:
    """Go on with a run; the exit code. `changes`: `epochs`, `more`, and those of a long run."""
    epochs = changes["epochs"]
    more = changes["more"]
    if epochs is not None and more is not None:
        raise OptionError("resume: --epochs counts all, --more those to come: give one of them.")
    use_threads(threads)
    run = RunFolder.open(folder)
    refuse_custom("resume", run)
    recipe = moved(read_recipe(run), data_dir)
    facts = read_facts(run)
    if more is not None:
        checkpoint = run.newest_checkpoint()
        epochs = more + (checkpoint.position.epoch if checkpoint else 0)
    # The run holds them for the next time.
    settings = dict(recipe.long_run) | long_run(changes)
    recipe = replace(recipe, epochs=epochs or recipe.epochs, long_run=settings)
    parts = data_of(recipe, facts)
    run_on = OneRun(recipe, parts, folder, output)
    run_on.trainer.resume()
    return run_on.fit()


def recipe_of(data: str, options: dict[str, Any]) -> Recipe:
    """The recipe of the options; what was left out keeps the defaults of its owner."""
    given = {name: value for name, value in options.items() if value is not None}
    kind = DATA[data]
    usual = DATA[data].usual
    model = MODELS[given.get("model", usual.model)]
    words = _words(given, set(settings_of(kind.options)))
    model_options = from_words(f"model {model.name!r}", model.options, _words(given, _of_models()))
    optimizer_options = {name: given[name] for name in OPTIMIZER_OPTIONS if name in given}
    share = OF_ADAM_S_RATE.get(given["optimizer"])
    if share is not None:
        optimizer_options.setdefault("learning_rate", share * usual.learning_rate)
    known = {f.name for f in fields(Recipe)}
    plain = {name: value for name, value in given.items() if name in known}
    average = average_options(given)
    average_of(given.get("average"), average)  # what does not fit is said now
    return Recipe(
        **{"epochs": usual.epochs}
        | plain
        | {
            "data": data,
            "data_options": from_words(f"data {data!r}", kind.options, words),
            "model": model.name,
            "model_options": dict(usual.models.get(model.name, {})) | model_options,
            "optimizer_options": optimizer_options,
            "average_options": average,
            "class_weights": "balanced" if given["balanced"] else None,
            "long_run": long_run(given),
            "batches": batch_rules(given),
            "parts": part_rules(given),
        }
    )


def _of_models() -> set[str]:
    """The names of all options that some model has."""
    return {name for kind in MODELS.values() for name in settings_of(kind.options)}


def _words(given: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: word for name, word in given.items() if name in names}


def use_threads(count: int | None) -> None:
    """Let the native executor run on this number of threads, where one is given."""
    if count is not None:
        from pellucid.executors.threads import set_threads

        set_threads(count)


class OneRun:
    """Training, and what is printed of it."""

    def __init__(
        self,
        recipe: Recipe,
        parts: DataParts,
        folder: Path,
        output: Output,
        **how: bool,
    ) -> None:
        self.recipe = recipe
        self.parts = parts
        self.folder = folder
        self.output = output
        self.test = TestAtEnd(parts.test)
        bar = () if output.quiet else (ProgressBar(lines=output.is_full),)
        self.trainer = build_trainer(
            recipe,
            parts,
            folder,
            (*bar, self.test),
            **how,
        )
        # The report looks closer at this set, and the linter whether it is trained on.
        names = DataFacts.of(parts).names
        self.trainer.judged = parts.test and parts.test.but({"class_names": names})

    def fit(self) -> int:
        """Train, and print what came out; the exit code."""
        history = self.trained()
        if self.output.as_json:
            write_json(self._document(history))
        elif self.output.is_full:
            self._tell(history)
        if history.file_error:
            raise FileError(
                f"the run folder {self.folder} is not complete: {history.file_error} What is "
                f"there is whole; go on from it with: pellucid resume {self.folder}"
            )
        if self.output.is_full:
            self._tell_places(history)
        return STOPPED_BY.get(history.stopped, 0)

    def trained(self) -> History:
        """Train; what was measured."""
        if not self.output.quiet:
            self._announce()
        history = self.trainer.fit(self.recipe.epochs, show=not self.output.quiet)
        if history.stopped == LOST:
            let_go()
        return history

    def _announce(self) -> None:
        errors = Console(
            stderr=True,
            soft_wrap=True,
            markup=False,
            highlight=False,
        )
        for reason in self.parts.skipped:
            errors.print(f"skipped: {printable(reason)}")
        if self.output.has_bar:
            train, chosen, test = self._counts().values()
            errors.print(
                f"{train:,} samples to train on, {chosen:,} to choose by, {test:,} to judge with; "
                f"run folder {self.folder}"
            )

    def _counts(self) -> dict[str, int]:
        """How many samples there are of each kind."""
        parts = self.parts
        sets = {"train": parts.train, "validation": parts.validation, "test": parts.test}
        return {name: len(data or ()) for name, data in sets.items()}

    def _tell(self, history: History) -> None:
        """What training came to, for people."""
        console = plain_console()
        for line in best_and_last(history) if history.epochs.get("epoch") else ():
            console.print(line)
        console.print(f"ended: {history.stopped}")
        if history.skipped:
            console.print(f"steps not made, as not finite: {len(history.skipped):,}")
        console.print(history.weights)
        for name, text in self.trainer.results.items():
            console.print(f"{name}: {text}")

    def _tell_places(self, history: History) -> None:
        console = plain_console()
        console.print(f"run: {self.folder}")
        if can_draw():
            console.print(f"curves: {self.folder / 'curves.png'}")
        console.print(f"report: {self.folder / 'report.html'}")
        if history.stopped in STOPPED_BY:
            console.print(f"go on with: pellucid resume {self.folder}")
        if history.stopped.startswith(TIME_LIMIT):
            longer = time_word(2 * self.recipe.long_run["max_seconds"])
            console.print(f"go on with: pellucid resume {self.folder} --max-time {longer}")

    def _document(self, history: History) -> dict[str, Any]:
        """The same for a program."""
        findings = self.trainer.findings
        return {
            "run": str(self.folder),
            "ended": history.stopped,
            "skipped_steps": history.skipped,
            "weights": history.weights,
            "best_epoch": history.best_epoch,
            "kept_epoch": history.restored_epoch or self.trainer.position.epoch,
            "samples": self._counts(),
            "skipped": self.parts.skipped,
            "lint": None if findings is None else [each.as_dict() for each in findings],
            "test": self.test.values or None,
            "started_from": self.trainer.results.get(STARTED),
            "epochs": _records(history.epochs),
            "validations": _records(history.validations),
        }


def _records(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """A table as an object for each row."""
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]
