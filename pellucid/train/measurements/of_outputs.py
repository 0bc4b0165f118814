"""Measures of a model with several outputs: each of the output that it is of.

OfOutput       a measure whose mean over samples counts, of one output
SetOfOutput    a measure of a whole set, of one output
metrics_for    the measures of a Trainer that suit its losses
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.data import Dataset
from pellucid.errors import OptionError, closest, some
from pellucid.refusals import Strict
from pellucid.tensor import Tensor
from pellucid.train.measurements.metrics import Accuracy, Metric, SetMetric, for_loss
from pellucid.train.measurements.terms import ALONE, LossOfOutput, LossTerm, terms_of

Measure = Metric | SetMetric | LossOfOutput


@dataclass(frozen=True)
class OfOutput(Strict):
    """A measure of one of several outputs; its name is that of both."""

    output: str
    metric: Metric

    @property
    def name(self) -> str:
        """Such as kind_accuracy."""
        return f"{self.output}_{self.metric.name}"

    @property
    def higher_is_better(self) -> bool:
        """As of the measure."""
        return self.metric.higher_is_better

    def __call__(self, outputs: Any, targets: Any) -> Tensor:
        """One number per sample, of outputs and targets by name."""
        return self.metric(outputs[self.output], targets[self.output])


@dataclass(frozen=True)
class SetOfOutput(SetMetric):
    """A measure of a whole set, of one of several outputs."""

    output: str
    metric: SetMetric

    @property
    def name(self) -> str:  # type: ignore[override]
        """Such as kind_roc_auc."""
        return f"{self.output}_{self.metric.name}"

    @property
    def higher_is_better(self) -> bool:  # type: ignore[override]
        """As of the measure."""
        return self.metric.higher_is_better

    def check(self, data: Dataset) -> None:
        """As of the measure, for this target."""
        self.metric.check(data.of_target(self.output))

    def over_set(self, outputs: Any, targets: Any) -> float:
        """The number for all outputs and targets, both by name."""
        return self.metric.over_set(outputs[self.output], targets[self.output])


def of_output(output: str, metric: Metric | SetMetric) -> Measure:
    """A measure as one of an output."""
    if isinstance(metric, SetMetric):
        return SetOfOutput(output, metric)
    return OfOutput(output, metric)


def metrics_for(loss: Any, data: Dataset, given: Sequence[Any]) -> tuple[Any, ...]:
    """The measures for a loss: with several outputs, the loss of each, and those of each output.

    An `Accuracy` that is of no output is measured of every one that has classes. Errors:
    OptionError for a measure of an output that there is not, and for any other that names none.
    """
    terms = {term.name: term for term in terms_of(loss)}
    named = [m for m in given if isinstance(m, OfOutput | SetOfOutput | LossOfOutput)]
    if ALONE in terms:
        if named:
            raise OptionError(
                f"Options: metrics of the output {named[0].output!r}, and there is one output. "
                "Give them alone: metrics=(Accuracy(),)."
            )
        return tuple(given)
    found: list[Any] = [LossOfOutput(name) for name in terms]
    for metric in given:
        found += _spread(terms, data, metric)
    return tuple(dict.fromkeys(found))


def _spread(terms: Mapping[str, LossTerm], data: Dataset, metric: Any) -> list[Any]:
    if isinstance(metric, LossOfOutput):
        return []  # there already
    if isinstance(metric, OfOutput | SetOfOutput):
        if metric.output not in terms:
            raise OptionError(
                f"Options: metrics of the output {metric.output!r}. {closest(metric.output, terms)}"
            )
        inner = for_loss((metric.metric,), terms[metric.output].loss)
        return [of_output(metric.output, inner[0])]
    if not isinstance(metric, Accuracy):
        raise OptionError(
            f"Options: metric {metric.name!r}, and the outputs are {some(list(terms))}. Say of "
            f"which one it is: metrics={{{next(iter(terms))!r}: (...,)}}."
        )
    judged = [name for name in terms if data.of_target(name).classes]
    return [of_output(name, for_loss((metric,), terms[name].loss)[0]) for name in judged]
