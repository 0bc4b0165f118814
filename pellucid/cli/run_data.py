"""The data of an earlier run, found again where the files have been moved since.

moved       a recipe whose data are elsewhere now
data_of     the data, checked to be of the form that the run has learned
"""

import os
from dataclasses import replace

from pellucid.cli.data_facts import DataFacts
from pellucid.cli.data_parts import DataParts
from pellucid.cli.datasets import DATA
from pellucid.cli.recipe import Recipe, load_data
from pellucid.cli.settings import settings_of
from pellucid.disk import AnyPath, expanded
from pellucid.errors import DataError, FileError, OptionError


def moved(recipe: Recipe, data_dir: AnyPath | None) -> Recipe:
    """The recipe with its data at `data_dir`, where one is given.

    Errors: OptionError for data that come from no file.
    """
    if data_dir is None:
        return recipe
    paths = _paths(recipe)
    if not paths:
        raise OptionError(f"--data-dir: {recipe.data} comes from no folder or file. Leave it out.")
    place = {paths[0]: os.path.realpath(expanded(data_dir))}
    return replace(recipe, data_options=dict(recipe.data_options) | place)


def data_of(recipe: Recipe, facts: DataFacts) -> DataParts:
    """The data of a recipe.

    Errors: FileError where they are not there; DataError where they have another form than the
    run has learned, or other classes.
    """
    try:
        parts = load_data(recipe)
    except FileError as error:
        if not _paths(recipe):
            raise
        raise FileError(
            f"{error} Where the data have moved, say where they are: --data-dir PATH, or "
            "data_dir=PATH in pellucid.load."
        ) from error
    _check(facts, DataFacts.of(parts))
    return parts


def _paths(recipe: Recipe) -> list[str]:
    """The options of its data that name a folder or file."""
    return [s.name for s in settings_of(DATA[recipe.data].options).values() if s.path]


def _check(there: DataFacts, here: DataFacts) -> None:
    """Raise DataError where the data are of another kind than those that a run has learned."""
    for what, ours, theirs in (
        ("samples of shape", here.form.shape, there.form.shape),
        ("targets of shape", here.form.target_shape, there.form.target_shape),
        ("so many classes:", here.form.classes, there.form.classes),
        ("the classes", ", ".join(here.class_names), ", ".join(there.class_names)),
        ("the characters", repr(here.characters), repr(there.characters)),
    ):
        if ours != theirs:
            raise DataError(
                f"the data have {what} {ours}; the run has learned from {theirs}. Give the data "
                "that it was trained on, or others of the same form."
            )
