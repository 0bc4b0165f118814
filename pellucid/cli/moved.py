"""The data of a run that is gone back to, also where they have moved since.

data_of     they, checked to be of the form that the run has learned
"""

import os
from dataclasses import replace
from pathlib import Path

from pellucid.cli.datasets import DATA, DataParts
from pellucid.cli.recipe import Facts, Recipe, load_data
from pellucid.cli.settings import settings_of
from pellucid.errors import DataError, FileError, OptionError


def data_of(recipe: Recipe, facts: Facts, data_dir: Path | None) -> DataParts:
    """The data of a recipe, from `data_dir` where one is given.

    Errors: OptionError for data that come from no file; FileError where they are not there;
    DataError where they have another form, or other classes.
    """
    paths = [s.name for s in settings_of(DATA[recipe.data].options).values() if s.path]
    if data_dir is not None:
        if not paths:
            raise OptionError(
                f"--data-dir: {recipe.data} comes from no folder or file. Leave it out."
            )
        moved = {paths[0]: os.path.realpath(data_dir)}
        recipe = replace(recipe, data_options=dict(recipe.data_options) | moved)
    try:
        parts = load_data(recipe)
    except FileError as error:
        if data_dir is None and paths:
            raise FileError(
                f"{error} Where the data have moved, say where they are: --data-dir PATH."
            ) from error
        raise
    _check(facts, Facts.of(parts))
    return parts


def _check(there: Facts, here: Facts) -> None:
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
                "that it was trained on, or others of the same form: --data-dir PATH."
            )
