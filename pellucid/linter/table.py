"""The checks of the linter: all of them, each once.

COSTLY    those that run the network, or read all of the data
CHECKS    the quick ones, and these
"""

from pellucid.linter.check import Check
from pellucid.linter.data_checks import constant, duplicated
from pellucid.linter.findings import ERROR, NOTE, WARNING
from pellucid.linter.layer_checks import always_random
from pellucid.linter.quick import QUICK
from pellucid.linter.rate_checks import far_rate
from pellucid.linter.start_checks import (
    dead_units,
    fading,
    fading_back,
    far_from_guess,
    growing,
    looks_sideways,
    runs_at_all,
    saturated,
)
from pellucid.linter.unit_checks import equal_units

COSTLY: tuple[Check, ...] = (
    Check(
        "random-in-inference",
        WARNING,
        "Random numbers in what the model says in inference mode.",
        always_random,
    ),
    Check(
        "constant-feature",
        NOTE,
        "Features that are the same in every sample.",
        constant,
    ),
    Check(
        "duplicated-feature",
        NOTE,
        "Features that are equal to another in every sample.",
        duplicated,
    ),
    Check(
        "loss-not-finite",
        ERROR,
        "A loss that is nan or inf before the first step.",
        runs_at_all,
    ),
    Check(
        "loss-far-from-guess",
        WARNING,
        "A loss that starts at more than five times that of the uniform guess.",
        far_from_guess,
    ),
    Check(
        "signals-fade",
        WARNING,
        "Signals that all but vanish from the first layer to the last.",
        fading,
    ),
    Check(
        "signals-explode",
        WARNING,
        "Signals that grow a thousandfold from the first layer to the last.",
        growing,
    ),
    Check(
        "gradients-fade",
        WARNING,
        "Gradients of one layer's weights far below those of another.",
        fading_back,
    ),
    Check(
        "dead-units",
        WARNING,
        "Relus that are off for every sample of a batch.",
        dead_units,
    ),
    Check(
        "equal-units",
        WARNING,
        "Layers whose units are all the same, and stay so.",
        equal_units,
    ),
    Check(
        "saturated-units",
        WARNING,
        "Sigmoids and tanhs that are given numbers where they are flat.",
        saturated,
    ),
    Check(
        "samples-mixed",
        WARNING,
        "Answers that depend on the other samples of a batch in inference mode.",
        looks_sideways,
    ),
    Check(
        "learning-rate-far-off",
        WARNING,
        "A learning rate far from those at which the loss falls in a short run.",
        far_rate,
    ),
)
CHECKS: tuple[Check, ...] = (*QUICK, *COSTLY)
