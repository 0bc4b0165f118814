"""`pellucid train --like RUN --set NAME=VALUE`: a run trained anew, with a change.

train_like    the run
changed       a recipe with other settings
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from pellucid.cli import batch_rules, long_runs, part_rules
from pellucid.cli.custom_models import refuse_custom
from pellucid.cli.datasets import DATA
from pellucid.cli.known_words import KEEPS, OPTIMIZER_OPTIONS, PRECISIONS
from pellucid.cli.output import Output
from pellucid.cli.recipe import Recipe, read_recipe
from pellucid.cli.settings import Setting, check_names, settings_of
from pellucid.cli.training import train_recipe
from pellucid.cli.updates import OF_AVERAGE, PREFIX, average_of, update_options
from pellucid.errors import OptionError
from pellucid.models import MODELS
from pellucid.optim import OPTIMIZERS
from pellucid.train import RunFolder

NOTHING = "none"  # takes a setting back
CHECKS = ("dry_run", "overfit_one_batch")  # in the place of a run
PLAIN = {
    name: Setting(name, kind, None, "", choices)
    for name, kind, choices in (
        ("epochs", int, ()),
        ("batch_size", int, ()),
        ("drop_last", bool, ()),
        ("seed", int, ()),
        ("early_stopping", int, ()),
        ("keep", str, KEEPS),
        ("optimizer", str, tuple(OPTIMIZERS)),
        ("schedule", str, ()),
        ("executor", str, ()),
        ("precision", str, PRECISIONS),
        ("start_from", str, ()),
    )
}
# Settings that are read as the options of `train` read them, by the names of these.
OF_COMMAND: dict[str, click.Option] = {
    option.opts[0].removeprefix("--").replace("-", "_"): option
    for option in (
        *update_options(),
        *batch_rules.options(),
        *part_rules.options(),
        *long_runs.options(),
        *long_runs.further(),
        click.Option(["--balanced"], is_flag=True),
    )
    if isinstance(option, click.Option) and option.name not in CHECKS
}
# Where in a recipe those stand that are not in itself.
PLACES = {
    "average_options": [PREFIX + name for name in OF_AVERAGE],
    "long_run": [each.name for each in fields(long_runs.LongRun)],
    "batches": [each.name for each in fields(batch_rules.BatchRules)],
    "parts": [each.name for each in fields(part_rules.PartRules)],
}
OF_OPTIMIZER = {name: Setting(name, float, None, "") for name in OPTIMIZER_OPTIONS}


def train_like(
    folder: Path, changes: Sequence[str], options: Mapping[str, Any], output: Output
) -> int:
    """Train a new run by the recipe of another one; the exit code."""
    run = RunFolder.open(folder)
    refuse_custom("train --like", run)
    recipe = changed(read_recipe(run), changes)
    return train_recipe(recipe, options, output)


def changed(recipe: Recipe, changes: Sequence[str]) -> Recipe:
    """The recipe with other settings, each as NAME=VALUE. Errors: OptionError."""
    for change in changes:
        name, sign, text = change.partition("=")
        name = name.strip().lstrip("-").replace("-", "_")
        if not sign or not text:
            raise OptionError(f"--set {change!r}: write NAME=VALUE, or NAME={NOTHING}.")
        recipe = _with(recipe, name, text)
    average_of(recipe.average, recipe.average_options)  # what does not fit together is said now
    batch_rules.read(recipe.batches)
    part_rules.read(recipe.parts)
    return recipe


def _with(recipe: Recipe, name: str, text: str) -> Recipe:
    if name in OF_COMMAND:
        return _by_option(recipe, name, text)
    places = {
        "model_options": settings_of(MODELS[recipe.model].options),
        "data_options": settings_of(DATA[recipe.data].options),
        "optimizer_options": OF_OPTIMIZER,
    }
    known = PLAIN | {n: s for each in places.values() for n, s in each.items()}
    check_names("train --like", dict.fromkeys([*known, *OF_COMMAND]), {name: text})
    if name in PLAIN:
        return replace(recipe, **{name: _plain(name, text)})
    (place,) = [place for place, settings in places.items() if name in settings]
    options = {n: v for n, v in getattr(recipe, place).items() if n != name}
    if text != NOTHING:
        options[name] = _value(known[name], text)
    parts: dict[str, Any] = {place: options}
    return replace(recipe, **parts)


def _by_option(recipe: Recipe, name: str, text: str) -> Recipe:
    """The recipe with what an option of the command line says; `none` takes it back."""
    option = OF_COMMAND[name]
    value = None if text == NOTHING else _read(option, name, text)
    if name == "balanced":
        return replace(recipe, class_weights="balanced" if value else None)
    field = option.name or name
    place = next((place for place, names in PLACES.items() if field in names), None)
    if place is None:
        plain: dict[str, Any] = {field: value}
        return replace(recipe, **plain)
    inner = field.removeprefix(PREFIX) if place == "average_options" else field
    options = {n: v for n, v in getattr(recipe, place).items() if n != inner}
    if value is not None and value is not False:
        options[inner] = value
    parts: dict[str, Any] = {place: options}
    return replace(recipe, **parts)


def _read(option: click.Option, name: str, text: str) -> Any:
    """A word as the option reads it. Errors: OptionError."""
    if option.is_flag:
        return _value(Setting(name, bool, None, ""), text)
    try:
        return option.type.convert(text, option, None)
    except click.BadParameter as error:
        raise OptionError(f"--set {name}={text}: {error.message}") from None


def _plain(name: str, text: str) -> Any:
    """A setting of the recipe itself, or its default."""
    if text == NOTHING:
        (found,) = [each.default for each in fields(Recipe) if each.name == name]
        return found
    value = _value(PLAIN[name], text)
    if name in ("epochs", "batch_size", "early_stopping") and value < 1:
        raise OptionError(f"--set {name}={text}: it is 1 or more.")
    return value


def _value(setting: Setting, text: str) -> Any:
    if setting.kind is bool:
        if text not in ("true", "false"):
            raise OptionError(f"--set {setting.name}={text}: it is true or false.")
        return text == "true"
    value = setting.from_word(text)
    setting.check(value)
    return value
