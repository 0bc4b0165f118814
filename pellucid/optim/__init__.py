"""Optimizers, groups of parameters, schedules, clipping of gradients, and rules for weights."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pellucid.on_use import Kinds, on_use
from pellucid.optim.adaptive import (
    AdaGrad as AdaGrad,
    Adam as Adam,
    AdamW as AdamW,
    RMSProp as RMSProp,
)
from pellucid.optim.clipping import (
    ByGlobalNorm as ByGlobalNorm,
    ByNorm as ByNorm,
    ByValue as ByValue,
    Clipping as Clipping,
)
from pellucid.optim.descent import (
    SGD as SGD,
    Momentum as Momentum,
    Nesterov as Nesterov,
)
from pellucid.optim.optimizer import Optimizer as Optimizer
from pellucid.optim.rules import (
    GradientNoise as GradientNoise,
    MaxNorm as MaxNorm,
    Penalty as Penalty,
    Proximal as Proximal,
    Rule as Rule,
    Step as Step,
    every as every,
    weights_only as weights_only,
)
from pellucid.optim.schedules import (
    Constant as Constant,
    CosineDecay as CosineDecay,
    ExponentialDecay as ExponentialDecay,
    OneCycle as OneCycle,
    Schedule as Schedule,
    StepDecay as StepDecay,
    WarmUp as WarmUp,
)

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.optim.decays import (
        InverseSquareRoot as InverseSquareRoot,
        LinearDecay as LinearDecay,
        PolynomialDecay as PolynomialDecay,
    )
    from pellucid.optim.groups import (
        Group as Group,
        layerwise_rates as layerwise_rates,
    )
    from pellucid.optim.sharpness import SAM as SAM
    from pellucid.optim.phases import (
        Chain as Chain,
        CosineRestarts as CosineRestarts,
    )
    from pellucid.optim.further.adadelta import Adadelta as Adadelta
    from pellucid.optim.further.adam_variants import (
        AdamEpsilonHat as AdamEpsilonHat,
        Adamax as Adamax,
        NAdam as NAdam,
        NAdamConstant as NAdamConstant,
        RAdam as RAdam,
    )
    from pellucid.optim.further.lamb import LAMB as LAMB
    from pellucid.optim.further.lbfgs import LBFGS as LBFGS
    from pellucid.optim.further.lion import Lion as Lion
    from pellucid.optim.further.muon import (
        Muon as Muon,
        MuonAsAdam as MuonAsAdam,
    )
    from pellucid.optim.further.schedule_free import (
        ScheduleFreeAdamW as ScheduleFreeAdamW,
        ScheduleFreeAdamWCorrected as ScheduleFreeAdamWCorrected,
        ScheduleFreeSGD as ScheduleFreeSGD,
    )

# By the words of the command line: an optimizer that is imported here is one.
OPTIMIZERS: Mapping[str, type[Optimizer]] = Kinds(__name__, Optimizer, "further")


if not TYPE_CHECKING:  # other names are answered with ours
    __getattr__, __dir__ = on_use(__name__)
