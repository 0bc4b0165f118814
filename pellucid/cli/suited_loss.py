"""The loss and the measures that suit the data and the model of a recipe.

loss_of       the loss
metrics_of    the measures
judging       how a model is judged beside its training: by the measures, in its precision
"""

from collections.abc import Callable
from typing import Any

from pellucid.cli import batch_rules
from pellucid.data import Form
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.models import MODELS
from pellucid.tensor import Tensor
from pellucid.train import AbsoluteError, Accuracy, Metric, Options


def loss_of(recipe: Any, form: Form) -> Callable[..., Tensor]:
    """The loss that suits the data and the model, its labels smoothed where they are to be.

    Errors: OptionError for one whose labels cannot be smoothed.
    """
    of_classes = MODELS[recipe.model].loss or cross_entropy
    loss = of_classes if form.classes else mean_squared_error
    return batch_rules.read(recipe.batches).softened(loss)


def metrics_of(form: Form) -> tuple[Metric, ...]:
    """The measures that suit the data."""
    return (Accuracy(),) if form.classes else (AbsoluteError(),)


def judging(recipe: Any, form: Form) -> Options:
    """What of its training counts where a model is judged: the measures and the precision."""
    return Options(metrics=metrics_of(form), precision=recipe.of_products)
