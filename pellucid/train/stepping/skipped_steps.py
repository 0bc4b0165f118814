"""Says which steps were not made, as their numbers were not finite.

tell    a warning for some steps, where any of them were not made
"""

import warnings

import numpy as np

from pellucid.errors import counted
from pellucid.train.beforehand.linted import depth
from pellucid.train.measurements.history import Steps
from pellucid.train.measurements.measured import MADE
from pellucid.train.policies.recovery import Recovery

SHOWN = 5  # steps in one warning


def tell(steps: Steps, rule: Recovery) -> None:
    """Warn of steps that were not made, with the losses of their batches."""
    if np.all(steps.columns.get(MADE, 1.0)):
        return
    told = [f"step {each.step} (loss {each.loss:g})" for each in steps if not each.metrics[MADE]]
    shown = counted(told, SHOWN)
    warnings.warn(f"Trainer: not finite, and not made: {shown}.{rule.then}", stacklevel=depth())
