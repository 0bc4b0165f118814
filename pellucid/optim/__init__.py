"""Optimizers, schedules of learning rates, clipping of gradients, and rules for weights."""

from typing import TYPE_CHECKING

from pellucid.on_use import on_use
from pellucid.optim.adaptive import AdaGrad as AdaGrad
from pellucid.optim.adaptive import Adam as Adam
from pellucid.optim.adaptive import AdamW as AdamW
from pellucid.optim.adaptive import RMSProp as RMSProp
from pellucid.optim.clipping import ByGlobalNorm as ByGlobalNorm
from pellucid.optim.clipping import ByNorm as ByNorm
from pellucid.optim.clipping import ByValue as ByValue
from pellucid.optim.clipping import Clipping as Clipping
from pellucid.optim.descent import SGD as SGD
from pellucid.optim.descent import Momentum as Momentum
from pellucid.optim.descent import Nesterov as Nesterov
from pellucid.optim.optimizer import Optimizer as Optimizer
from pellucid.optim.rules import GradientNoise as GradientNoise
from pellucid.optim.rules import MaxNorm as MaxNorm
from pellucid.optim.rules import Penalty as Penalty
from pellucid.optim.rules import Proximal as Proximal
from pellucid.optim.rules import Rule as Rule
from pellucid.optim.rules import Step as Step
from pellucid.optim.rules import every as every
from pellucid.optim.rules import weights_only as weights_only
from pellucid.optim.schedules import Constant as Constant
from pellucid.optim.schedules import CosineDecay as CosineDecay
from pellucid.optim.schedules import ExponentialDecay as ExponentialDecay
from pellucid.optim.schedules import OneCycle as OneCycle
from pellucid.optim.schedules import Schedule as Schedule
from pellucid.optim.schedules import StepDecay as StepDecay
from pellucid.optim.schedules import WarmUp as WarmUp

# By the words of the command line: an optimizer that is imported here is one.
OPTIMIZERS: dict[str, type[Optimizer]] = {
    name.lower(): kind
    for name, kind in tuple(globals().items())
    if isinstance(kind, type) and issubclass(kind, Optimizer) and kind is not Optimizer
}


if not TYPE_CHECKING:  # other names are answered with ours
    __getattr__, __dir__ = on_use(__name__)
