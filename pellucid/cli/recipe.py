"""What a run of the command line is made of, as plain values that config.json can hold.

Recipe          data, model, optimizer and training, all by name and number
load_data       a Recipe's data sets
build_trainer   a Recipe's Trainer
read_recipe     the Recipe that a run folder was made with
"""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pellucid.cli import batch_rules, long_runs, part_rules
from pellucid.cli.data_facts import DataFacts
from pellucid.cli.data_parts import DataParts
from pellucid.cli.datasets import DATA
from pellucid.cli.fitting import check_training, check_weights
from pellucid.cli.known_words import OPTIMIZER_OPTIONS
from pellucid.cli.optimizing import check_schedule, optimizer_of, rate_callbacks, written_out
from pellucid.cli.settings import from_values
from pellucid.cli.starting import start_from
from pellucid.cli.suited_loss import loss_of, metrics_of
from pellucid.cli.updates import average_of, recovery_of
from pellucid.data import Form
from pellucid.errors import (
    CapacityError,
    FileError,
    OptionError,
    ShapeError,
    StateError,
    closest,
)
from pellucid.models import MODELS
from pellucid.models.catalogue import IMAGES
from pellucid.nn.module import Module
from pellucid.optim import OPTIMIZERS
from pellucid.random import Generator
from pellucid.recordings import USUAL
from pellucid.train import (
    Callback,
    EarlyStopping,
    Options,
    RunFolder,
    Trainer,
    Weights,
)

# The types of what a recipe may leave out, or must say.
KINDS = {
    "data": str,
    "batch_size": int,
    "micro_batch": int,
    "early_stopping": int,
    "keep": str,
    "average": str,
    "not_finite": str,
    "schedule": str,
    "class_weights": str,
    "executor": str,
    "precision": str,
    "start_from": str,
    "folds": int,
    "fold": int,
}


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a run computes.

    `data_options`, `model_options` and `optimizer_options` hold what differs from the defaults
    of the data, model and optimizer that are named, `long_run`, `batches` and `parts` from those
    of `LongRun`, `BatchRules` and `PartRules`.
    """

    data: str
    data_options: Mapping[str, Any] = field(default_factory=dict)
    model: str = "mlp"
    model_options: Mapping[str, Any] = field(default_factory=dict)
    optimizer: str = "adam"
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    schedule: str | None = None
    epochs: int = 20
    batch_size: int | None = None
    micro_batch: int | None = None
    drop_last: bool = False
    seed: int = 0
    early_stopping: int | None = None
    keep: str | None = None
    average: str | None = None
    average_options: Mapping[str, Any] = field(default_factory=dict)
    not_finite: str | None = None
    class_weights: str | None = None
    executor: str | None = None
    precision: str | None = None
    start_from: str | None = None
    folds: int | None = None
    fold: int | None = None
    long_run: Mapping[str, Any] = field(default_factory=dict)
    batches: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_products(self) -> str:
        """The precision that products are computed in."""
        return self.precision or USUAL


def load_data(recipe: Recipe) -> DataParts:
    """The data of a recipe, in the shape that its model takes. Errors: FileError, DataError."""
    kind = DATA[recipe.data]
    options = from_values(f"data {kind.name!r}", kind.options, recipe.data_options)
    parts = kind.load(options, recipe.seed)
    if recipe.folds is not None:
        parts = parts.of_fold(recipe.fold or 1, recipe.folds, recipe.seed)
    return parts.with_shape(kind.image) if kind.image and _takes_images(recipe) else parts


def _takes_images(recipe: Recipe) -> bool:
    return MODELS[recipe.model].takes == IMAGES


def build_options(recipe: Recipe) -> Any:
    """The options of the recipe's model. Errors: OptionError naming the options it has."""
    kind = MODELS[recipe.model]
    return from_values(f"model {kind.name!r}", kind.options, recipe.model_options)


def build_model(recipe: Recipe, form: Form) -> Module:
    """The model of a recipe, at its start. Errors: OptionError where it does not fit the data."""
    kind = MODELS[recipe.model]
    image = DATA[recipe.data].image
    return kind.built(form, build_options(recipe), Generator(recipe.seed), image=image)


def build_trainer(
    recipe: Recipe,
    parts: DataParts,
    folder: Path | None,
    callbacks: tuple[Callback, ...],
    *,
    lint: bool = False,
    begins: bool = False,
) -> Trainer:
    """The Trainer of a recipe, which keeps its run in a folder, where one is given.

    `lint`: whether it warns of likely mistakes before the first step. `begins`: whether this is
    where the run begins, with the weights of another one if the recipe says so.
    """
    form = parts.train.form
    loss = loss_of(recipe, parts.train.form)
    batch = batch_of(recipe, len(parts.train))
    recipe = replace(recipe, batch_size=batch)
    most = min(batch, len(parts.train))
    most = min(most, recipe.micro_batch or most)
    recipe = replace(recipe, schedule=written_out(recipe, len(parts.train)))
    check_training(recipe.model, lambda: build_model(recipe, form), loss, form, most)
    model = build_model(recipe, form)
    started = start_from(Path(recipe.start_from), model) if begins and recipe.start_from else None
    rules = part_rules.read(recipe.parts)
    optimizer = rules.around(optimizer_of(recipe, model, rules.groups(model)))
    patience = recipe.early_stopping
    long_run = long_runs.read(recipe.long_run)
    config = {"recipe": asdict(recipe), "data": asdict(DataFacts.of(parts))}
    options = Options(
        batch_size=recipe.batch_size,
        micro_batch=recipe.micro_batch,
        drop_last=recipe.drop_last,
        seed=recipe.seed,
        metrics=metrics_of(form),
        weights=Weights(classes=recipe.class_weights),
        early_stopping=None if patience is None else EarlyStopping(patience),
        keep=recipe.keep,
        average=average_of(recipe.average, recipe.average_options),
        not_finite=recovery_of(recipe.not_finite),
        **long_run.of_trainer(),
        **batch_rules.read(recipe.batches).of_trainer(),
        callbacks=(*rate_callbacks(recipe.schedule), *rules.callbacks(model), *callbacks),
        saving=long_run.saving(folder, config),
        executor=recipe.executor,
        precision=recipe.of_products,
        lint=lint,
    )
    trainer = Trainer(model, loss, optimizer, parts.train, parts.validation, options)
    if started is not None:
        trainer.results["started from"] = str(started)
    return trainer


def batch_of(recipe: Recipe, samples: int) -> int:
    """Samples a step: what was asked for, or what suits the data; never more than there are."""
    return recipe.batch_size or min(DATA[recipe.data].usual.batch_size, samples)


def read_recipe(run: RunFolder) -> Recipe:
    """The recipe in config.json, which may come from anywhere. Errors: FileError."""
    return recipe_from(run.config.get("recipe"), run.path)


def recipe_from(entry: Any, path: Path) -> Recipe:
    """The recipe that a file in a folder holds. Errors: FileError."""
    if not isinstance(entry, dict):
        raise FileError(
            f"run {path}: its config.json holds no recipe. Only runs made by `pellucid "
            "train` can be used on the command line; pellucid.load opens others in Python."
        )
    try:
        recipe = Recipe(**entry)
        _check_types(recipe)
        average_of(recipe.average, recipe.average_options)
        recovery_of(recipe.not_finite)
        check_schedule(recipe.schedule)
        build_options(recipe)
        from_values(f"data {recipe.data!r}", DATA[recipe.data].options, recipe.data_options)
        long_run = long_runs.read(recipe.long_run)
        long_run.saving(path, {})
        batch_rules.read(recipe.batches)
        part_rules.read(recipe.parts)
        more = {"micro_batch": recipe.micro_batch, **long_run.of_trainer()}
        more["precision"] = recipe.of_products
        Options(recipe.batch_size, seed=recipe.seed, keep=recipe.keep, **more)
    except (TypeError, ValueError) as error:
        raise FileError(
            f"run {path}: its config.json holds no recipe that this version knows: {error}"
        ) from error
    return recipe


def _check_types(recipe: Recipe) -> None:
    """Raise OptionError for a value that the command line would not have let through."""
    for option in fields(Recipe):
        value = getattr(recipe, option.name)
        default = option.default
        kind = type(default) if default not in (None, MISSING) else KINDS.get(option.name, dict)
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if value is not None and not fits:
            raise OptionError(f"{option.name} is {value!r}.")
    if recipe.epochs < 1 or (recipe.early_stopping or 1) < 1:
        raise OptionError(f"epochs is {recipe.epochs}, early_stopping {recipe.early_stopping}.")
    if not 1 <= (recipe.fold or 1) <= (recipe.folds or 1):
        raise OptionError(f"fold is {recipe.fold}, of {recipe.folds}.")
    for word, known in (
        (recipe.data, DATA),
        (recipe.model, MODELS),
        (recipe.optimizer, OPTIMIZERS),
    ):
        if word not in known:
            raise OptionError(f"{word!r} is not known. {closest(word, known)}")
    for name, value in recipe.optimizer_options.items():
        if name not in OPTIMIZER_OPTIONS or not isinstance(value, float | int):
            raise OptionError(f"optimizer option {name!r} is {value!r}.")


def trained_model(
    run: RunFolder,
    recipe: Recipe,
    form: Form,
    step: int | None = None,
    epoch: int | None = None,
) -> tuple[Module, str]:
    """The model of a run with the weights that it keeps, and which these are.

    `step`: with those of the checkpoint after a step instead; 0: as it was at the start. `epoch`:
    with those of one of the best epochs. Errors: FileError.
    """
    if step == 0:
        return build_model(recipe, form).inference(), f"weights at the start, seed {recipe.seed}"
    arrays, weights = run.load_model(epoch) if step is None else run.load_step(step)
    try:
        check_weights(recipe.model, lambda: build_model(recipe, form), arrays)
        model = build_model(recipe, form)
    except (OptionError, ShapeError, CapacityError) as error:
        raise FileError(
            f"run {run.path}: the model and the data in its config.json do not fit. {error}"
        ) from error
    try:
        model.load_state_dict(arrays)
    except StateError as error:
        raise FileError(
            f"run {run.path}: its weights do not fit the model in its config.json. {error}"
        ) from error
    return model, weights
