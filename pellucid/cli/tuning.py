"""`pellucid tune`: the search, its progress, and what came out.

tune_run     try points and print the command that trains with the best
find_rate    the learning rate, by a run in which it grows
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_json
from pellucid.cli.recipe import Recipe, build_trainer, load_data
from pellucid.cli.run_folders import free_folder
from pellucid.cli.settings import Setting, check_names, settings_of
from pellucid.cli.suited_loss import loss_of
from pellucid.cli.training import STOPPED_BY, recipe_of, use_threads
from pellucid.cli.updates import PREFIX
from pellucid.errors import OptionError
from pellucid.io.files import file_error
from pellucid.models import MODELS
from pellucid.optim import OPTIMIZERS
from pellucid.tables import significant
from pellucid.train.pages.curves import can_draw
from pellucid.tune import (
    BayesianSearch,
    Choice,
    GridSearch,
    Integers,
    LogUniform,
    RandomSearch,
    Range,
    Results,
    Strategy,
    Trial,
    Uniform,
    find_learning_rate,
    save_picture,
    search,
)
from pellucid.tune.trials import word

# What can be tried beside the options of the model.
SHARED = {
    name: Setting(name, kind, None, "", choices)
    for name, kind, choices in (
        ("learning_rate", float, ()),
        ("l1", float, ()),
        ("l2", float, ()),
        ("weight_decay", float, ()),
        ("batch_size", int, ()),
        ("epochs", int, ()),
        ("optimizer", str, tuple(OPTIMIZERS)),
        ("schedule", str, ()),
    )
}
FAR_APART = 10  # times the lower end: then every power of ten counts alike


def tune_run(data: str, options: dict[str, Any], asked: Mapping[str, Any], output: Output) -> int:
    """Search over some options of training; the exit code."""
    use_threads(options["threads"])
    recipe = recipe_of(data, options)
    settings = SHARED | settings_of(MODELS[recipe.model].options)
    space = dict(_range(text, settings) for text in asked["ranges"])
    if not space:
        raise OptionError(
            "tune: nothing to try. Name options and ranges, such as --try "
            f"learning_rate=1e-4..1e-1; there are: {', '.join(settings)}."
        )
    folder = _made(options["out"] or free_folder(recipe, "tune-"))
    objective = _objective(data, options, recipe)
    strategy = _strategy(asked, space)
    with _Bar(strategy.count(space), shown=output.has_bar) as bar:
        found = search(
            objective,
            space,
            strategy,
            seed=recipe.seed,
            file=folder / "trials.jsonl",
            after_trial=bar.after_trial,
        )
    has_best = any(trial.is_done for trial in found.trials)
    command = ""
    if has_best:
        command = _command(recipe_of(data, _chosen(options, found.best.point)))
    picture = save_picture(found, folder / "trials.png") if can_draw() and has_best else None
    if output.as_json:
        write_json(_document(found, command, folder, picture))
    else:
        _tell(found, command, folder, picture, output)
    if found.trials:
        _ = found.best  # raises where none has a score
    return 130 if found.stopped.startswith("interrupted") else 0


def _tell(found: Results, command: str, folder: Path, picture: Path | None, output: Output) -> None:
    """What a search has found, for people."""
    console = plain_console()
    if output.quiet:
        console.print(command, end="\n" if command else "")
        return
    console.print(str(found))
    if command:
        console.print(f"train with: {command}")
    console.print(f"trials: {folder / 'trials.jsonl'}")
    if picture is not None:
        console.print(f"picture: {picture}")


def _document(
    found: Results,
    command: str,
    folder: Path,
    picture: Path | None,
) -> dict[str, Any]:
    """The same for a program; of a trial that failed the score is "NaN"."""
    return {
        "ended": found.stopped,
        "command": command or None,
        "best": asdict(found.best) if command else None,
        "advice": found.advice,
        "trials": [asdict(trial) for trial in found.trials],
        "file": str(folder / "trials.jsonl"),
        "picture": picture and str(picture),
    }


def find_rate(data: str, options: dict[str, Any], output: Output) -> int:
    """Print what a run over growing learning rates suggests; the exit code."""
    use_threads(options["threads"])
    recipe = recipe_of(data, options)
    parts = load_data(recipe)
    trainer = build_trainer(recipe, parts, None, ())
    loss = loss_of(recipe, parts.train.form)
    found = find_learning_rate(trainer.model, loss, trainer.optimizer, parts.train, trainer.options)
    picture = None
    if can_draw():
        folder = options["out"] or free_folder(recipe, "tune-")
        picture = save_picture(found, _made(folder) / "rates.png")
    if output.as_json:
        document = {"suggested": found.suggested, "lowest": found.lowest, "ended": found.stopped}
        document |= {"rates": found.rates, "losses": found.losses}
        write_json(document | {"picture": picture and str(picture)})
        return 0
    console = plain_console()
    console.print(f"{found.suggested:g}" if output.quiet else str(found))
    if picture is not None and output.is_full:
        console.print(f"picture: {picture}")
    return 0


# ---- what is searched ------------------------------------------------------------------------


def _range(text: str, settings: Mapping[str, Setting]) -> tuple[str, Range]:
    """NAME=LOW..HIGH or NAME=A/B/C as a name and a range. Errors: OptionError."""
    name, equals, words = text.partition("=")
    name = name.strip().lstrip("-").replace("-", "_")
    if not equals or not words:
        raise OptionError(f"--try {text!r}: write NAME=LOW..HIGH or NAME=A/B/C.")
    check_names("tune", settings, {name: words})
    setting = settings[name]
    low, dots, high = words.partition("..")
    if not dots:
        return name, Choice(tuple(_value(setting, part) for part in words.split("/")))
    if setting.kind not in (int, float):
        raise OptionError(f"--try {text!r}: {name} is no number. Write its values as A/B/C.")
    ends = setting.from_word(low), setting.from_word(high)
    if setting.kind is int:
        return name, Integers(*ends)
    far = ends[0] > 0 and ends[1] >= FAR_APART * ends[0]
    return name, LogUniform(*ends) if far else Uniform(*ends)


def _value(setting: Setting, text: str) -> Any:
    if setting.kind is bool:
        if text not in ("true", "false"):
            raise OptionError(f"{setting.flag}: {text!r}. It is true or false.")
        return text == "true"
    value = setting.from_word(text)
    setting.check(value)
    return value


def _strategy(asked: Mapping[str, Any], space: Mapping[str, Range]) -> Strategy:
    tries = asked["tries"]
    if asked["strategy"] == "bayesian":
        return BayesianSearch(tries, min(10, max(3, tries // 3)))
    if asked["strategy"] == "grid":
        fitting = (n for n in range(tries, 1, -1) if GridSearch(n).count(space) <= tries)
        return GridSearch(next(fitting, 2))
    return RandomSearch(tries, min(asked["rounds"], tries))


def _chosen(options: Mapping[str, Any], point: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the command line with those of a point."""
    as_words = {k: v if k in SHARED else word(v) for k, v in point.items()}
    flags = {k: v or None for k, v in point.items() if isinstance(v, bool)}
    return dict(options) | as_words | flags


def _objective(data: str, options: dict[str, Any], recipe: Recipe) -> Callable[..., float]:
    """The lowest loss on the validation set of a run with the options of a point."""
    parts = load_data(recipe)
    if parts.validation is None:
        raise OptionError(
            f"tune: {data} has no validation set to choose by. Train with fixed options instead."
        )

    def objective(**point: Any) -> float:
        chosen = recipe_of(data, _chosen(options, point))
        history = build_trainer(chosen, parts, None, ()).fit(chosen.epochs, show=False)
        if history.stopped in STOPPED_BY:
            raise KeyboardInterrupt
        return float(min(history.epochs["validation_loss"]))

    return objective


# ---- what is shown ---------------------------------------------------------------------------


def _command(recipe: Recipe) -> str:
    """The command that trains by a recipe."""
    model = {
        name: value
        for name, value in recipe.model_options.items()
        if value != settings_of(MODELS[recipe.model].options)[name].default
    }
    given = {
        **recipe.data_options,
        "model": recipe.model,
        **model,
        "optimizer": recipe.optimizer,
        **recipe.optimizer_options,
        "schedule": recipe.schedule,
        "batch_size": recipe.batch_size,
        "micro_batch": recipe.micro_batch,
        "drop_last": recipe.drop_last,
        "epochs": recipe.epochs,
        "seed": recipe.seed,
        "balanced": recipe.class_weights is not None,
    }
    if recipe.early_stopping is not None:
        given["early_stopping"] = recipe.early_stopping
    given |= {"keep": recipe.keep, "average": recipe.average, "not_finite": recipe.not_finite}
    given |= {**recipe.batches, **recipe.parts}
    given |= {PREFIX + name: value for name, value in recipe.average_options.items()}
    given = {name: value for name, value in given.items() if value is not None}
    parts = [f"--{name.replace('_', '-')} {word(value)}" for name, value in given.items()]
    parts = [part.removesuffix(" True") for part in parts if not part.endswith(" False")]
    return " ".join(["pellucid train", recipe.data, *parts])


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error("create the folder", folder, error) from error
    return folder


class _Bar:
    """How many trials there are, and the best score, on standard error."""

    def __init__(self, count: int, *, shown: bool) -> None:
        console = Console(stderr=True)
        self.best = float("inf")
        self.progress = Progress(
            TextColumn("trial {task.completed}/{task.total}"),
            BarColumn(),
            TextColumn("{task.fields[best]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not shown,
        )
        self.task = self.progress.add_task("tune", total=count, best="")

    def __enter__(self) -> "_Bar":
        self.progress.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.progress.stop()

    def after_trial(self, trial: Trial) -> None:
        """Move it on."""
        if trial.is_done:
            self.best = min(self.best, trial.score)
        self.progress.update(
            self.task, completed=trial.number + 1, best=f"best {significant(self.best)}"
        )
