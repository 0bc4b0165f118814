"""`pellucid predict --views`: pictures are judged by several views of them.

viewed    how a run is asked so
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from pellucid.augment import digits, photos, predict_views
from pellucid.cli.answering import Answering
from pellucid.cli.custom_models import is_custom
from pellucid.cli.data_facts import read_facts
from pellucid.cli.datasets import DATA
from pellucid.cli.recipe import read_recipe, trained_model
from pellucid.data import Form
from pellucid.errors import OptionError
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import RunFolder

COLOURS = 3  # channels of a photograph


def viewed(run: RunFolder, answering: Answering, views: int) -> Answering:
    """How a run of the command line is asked for the mean over views of pictures.

    Photographs are mirrored, moved and put in other light; digits, and pictures without colours,
    turned and moved a little. Errors: OptionError for a run that takes no pictures of classes.
    """
    recipe = None if is_custom(run) else read_recipe(run)
    takes = None if recipe is None else DATA[recipe.data].reads
    if recipe is None or takes not in ("digit", "ink", "picture") or not answering.names:
        raise OptionError(
            "predict: --views, but this run does not tell classes of pictures that the command "
            "line knows. Leave it out; in Python pellucid.augment.predict_views takes any change."
        )
    facts = read_facts(run)
    model, _ = trained_model(run, recipe, facts.form)
    outputs = partial(_outputs, model, facts.form, views, recipe.of_products)
    return replace(answering, outputs=outputs, weights=f"{answering.weights}; {views} views each")


def _outputs(
    model: Module,
    form: Form,
    views: int,
    precision: str,
    samples: Sequence[Any],
) -> Any:
    shape = form.shape if len(form.shape) == COLOURS else _square(form)
    rng = Generator(0)
    change = photos(rng=rng) if shape[0] == COLOURS else digits(rng=rng)
    pictures = np.stack(samples).reshape(-1, *shape)
    flat = _Flat(model, form.shape)
    return predict_views(flat, change, pictures, views, precision=precision).numpy()


def _square(form: Form) -> tuple[int, int, int]:
    side = int(form.features**0.5)
    return 1, side, side


class _Flat(Module):
    """A model of rows of pixels, given pictures."""

    def __init__(self, model: Module, shape: tuple[int, ...]) -> None:
        self.model = model
        self.shape = shape
        self.inference()

    def forward(self, x: Tensor) -> Tensor:
        """The outputs."""
        found: Tensor = self.model(x.reshape(-1, *self.shape))
        return found
