"""All experiments, by topic and by name.

TOPICS        in the order in which the subject goes
EXPERIMENTS   all of them, by name
experiment    one of them
"""

from pellucid.errors import OptionError, closest
from pellucid.lab import (
    backpropagation,
    convolution,
    losses,
    networks,
    neuron,
    optimizers,
    perceptron,
    recurrence,
    regularisation,
    starts,
    tuning,
)
from pellucid.lab.experiment import Experiment, Topic
from pellucid.strict import strict

TOPICS = tuple(
    Topic.of(package)
    for package in (
        perceptron,
        neuron,
        backpropagation,
        networks,
        losses,
        optimizers,
        starts,
        regularisation,
        tuning,
        convolution,
        recurrence,
    )
)
EXPERIMENTS = {each.name: each for topic in TOPICS for each in topic.experiments}


@strict
def experiment(name: str) -> Experiment:
    """The experiment of that name. Errors: OptionError, with the nearest, where there is none.

    >>> experiment("zero-start").topic
    'starts'
    """
    if name not in EXPERIMENTS:
        raise OptionError(f"lab: there is no experiment {name!r}. {closest(name, EXPERIMENTS)}")
    return EXPERIMENTS[name]
