"""Each output of a model with several, as if it had no other: for pages that look at one.

OneOutput     a model that gives one of the outputs of another
of_outputs    a Trainer's model and data for each of its outputs
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pellucid.nn import Module
from pellucid.tensor import Tensor
from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.of_outputs import OfOutput, SetOfOutput
from pellucid.train.measurements.terms import LossTerm, named_outputs, terms_of


class OneOutput(Module):
    """A model that gives one of the outputs of another, for a loss of several."""

    def __init__(self, model: Any, loss: Any, name: str) -> None:
        self.model = model
        self._loss = loss
        self._name = name

    def forward(self, *inputs: Tensor) -> Tensor:
        """The output. Shapes: as of the model."""
        found: Tensor = named_outputs(self._loss, self.model(*inputs))[self._name]
        return found


def of_outputs(trainer: BaseTrainer) -> Iterator[tuple[str, BaseTrainer]]:
    """Each output by its name; of a model with one output, the Trainer itself without a name."""
    for term in terms_of(trainer.loss):
        yield term.name, _of_term(trainer, term) if term.name else trainer


def _of_term(trainer: BaseTrainer, term: LossTerm) -> BaseTrainer:
    """What was trained, as of one output."""
    name = term.name
    metrics = tuple(
        metric.metric
        for metric in trainer.options.metrics
        if isinstance(metric, OfOutput | SetOfOutput) and metric.output == name
    )
    validation = trainer.validation
    found = BaseTrainer(
        OneOutput(trainer.model, trainer.loss, name),
        term.loss,
        trainer.optimizer,
        trainer.train.of_target(name),
        None if validation is None else validation.of_target(name),
        replace(trainer.options, metrics=metrics),
    )
    found.judged = None if trainer.judged is None else trainer.judged.of_target(name)
    found.history = trainer.history
    return found
