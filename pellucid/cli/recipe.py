"""What a run of the command line is made of, as plain values that config.json can hold.

Recipe        data, model, optimizer and training, all by name and number
build         a Recipe's data sets and Trainer
read_recipe   the Recipe that a run folder was made with
"""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pellucid.data import Dataset, digits, mnist, split
from pellucid.errors import FileError, OptionError, StateError, closest
from pellucid.functional import cross_entropy
from pellucid.models import MODELS
from pellucid.nn.module import Module
from pellucid.optim import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp
from pellucid.random import Generator
from pellucid.train import Callback, EarlyStopping, Options, RunFolder, Saving, Trainer, Weights

# Of MNIST's 60,000 training digits, so many are kept aside for validation.
MNIST_VALIDATION = 5_000

# Height and width of the pictures in each data set.
IMAGES = {"digits": (8, 8), "mnist": (28, 28)}

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}


OPTIMIZER_OPTIONS = ("learning_rate", "l1", "l2", "weight_decay")

# The types of what a recipe may leave out, or must say.
KINDS = {"data": str, "data_dir": str, "early_stopping": int, "class_weights": str, "executor": str}


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a run computes.

    `model_options` and `optimizer_options` hold what differs from the defaults of the model
    and optimizer that are named.
    """

    data: str
    data_dir: str | None = None
    model: str = "mlp"
    model_options: Mapping[str, Any] = field(default_factory=dict)
    optimizer: str = "adam"
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    epochs: int = 20
    batch_size: int = 100
    seed: int = 0
    early_stopping: int | None = None
    class_weights: str | None = None
    executor: str | None = None


@dataclass(frozen=True)
class DataParts:
    """The sets to train on, to choose by, and to judge with."""

    train: Dataset
    validation: Dataset
    test: Dataset


def load_data(recipe: Recipe) -> DataParts:
    """The data sets of a recipe. Errors: FileError, DataError."""
    if recipe.data == "digits":
        train, validation, test = split(digits(), seed=recipe.seed)[0]
        return DataParts(train, validation, test)
    whole, test = mnist(recipe.data_dir or ".")
    kept = 1 - MNIST_VALIDATION / len(whole)
    train, validation = split(whole, (kept, 1 - kept), seed=recipe.seed)[0]
    return DataParts(train, validation, test)


def build_options(recipe: Recipe) -> Any:
    """The options of the recipe's model. Errors: OptionError naming the options it has."""
    kind = MODELS[recipe.model]
    known = [option.name for option in fields(kind.options)]
    for name in recipe.model_options:
        if name not in known:
            takes = f"It takes: {', '.join(known)}." if known else "It has no options."
            raise OptionError(f"model {kind.name!r} has no option {name!r}. {takes}")
    return kind.options(**recipe.model_options)


def build_model(recipe: Recipe, features: int, classes: int) -> Module:
    """The model of a recipe, at its start. Errors: OptionError."""
    options = build_options(recipe)
    return MODELS[recipe.model].build(features, classes, options, Generator(recipe.seed))


def build_trainer(
    recipe: Recipe, parts: DataParts, folder: Path, callbacks: tuple[Callback, ...]
) -> Trainer:
    """The Trainer of a recipe, which keeps its run in a folder."""
    features = parts.train.features[0].size
    model = build_model(recipe, features, parts.train.classes)
    optimizer = OPTIMIZERS[recipe.optimizer](model.parameters(), **recipe.optimizer_options)
    patience = recipe.early_stopping
    options = Options(
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        weights=Weights(classes=recipe.class_weights),
        early_stopping=None if patience is None else EarlyStopping(patience),
        callbacks=callbacks,
        saving=Saving(folder, config={"recipe": asdict(recipe)}),
        executor=recipe.executor,
    )
    return Trainer(model, cross_entropy, optimizer, parts.train, parts.validation, options)


def read_recipe(run: RunFolder) -> Recipe:
    """The recipe in config.json, which may come from anywhere. Errors: FileError."""
    entry = run.config.get("recipe")
    if not isinstance(entry, dict):
        raise FileError(
            f"run {run.path}: its config.json holds no recipe. Only runs made by `pellucid "
            "train` can be used on the command line."
        )
    try:
        recipe = Recipe(**entry)
        _check_types(recipe)
        build_options(recipe)
        Options(batch_size=recipe.batch_size, seed=recipe.seed)
    except (TypeError, ValueError) as error:
        raise FileError(
            f"run {run.path}: its config.json holds no recipe that this version knows: {error}"
        ) from error
    return recipe


def _check_types(recipe: Recipe) -> None:
    """Raise OptionError for a value that the command line would not have let through."""
    for option in fields(Recipe):
        value, default = getattr(recipe, option.name), option.default
        kind = type(default) if default not in (None, MISSING) else KINDS.get(option.name, dict)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise OptionError(f"{option.name} is {value!r}.")
    if recipe.epochs < 1 or (recipe.early_stopping or 1) < 1:
        raise OptionError(f"epochs is {recipe.epochs}, early_stopping {recipe.early_stopping}.")
    for word, known in (
        (recipe.data, IMAGES),
        (recipe.model, MODELS),
        (recipe.optimizer, OPTIMIZERS),
    ):
        if word not in known:
            raise OptionError(f"{word!r} is not known. {closest(word, known)}")
    for name, value in recipe.optimizer_options.items():
        if name not in OPTIMIZER_OPTIONS or not isinstance(value, float | int):
            raise OptionError(f"optimizer option {name!r} is {value!r}.")


def trained_model(run: RunFolder, recipe: Recipe, classes: int = 10) -> Module:
    """The model of a run, with the weights that it ended with. Errors: FileError."""
    height, width = IMAGES[recipe.data]
    model = build_model(recipe, height * width, classes)
    arrays = run.load_model()
    try:
        model.load_state_dict(arrays)
    except StateError as error:
        raise FileError(
            f"run {run.path}: its weights do not fit the model in its config.json. {error}"
        ) from error
    return model


def free_folder(recipe: Recipe) -> Path:
    """runs/<data>-<model>-<n> with the first number that is free."""
    number = 1
    while (path := Path("runs") / f"{recipe.data}-{recipe.model}-{number}").exists():
        number += 1
    return path
