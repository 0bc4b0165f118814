"""Adam whose step is, for each parameter, as long as the parameter: for large batches.

LAMB        w <- w - learning_rate |w| r / |r|, of the direction r of AdamW
"""

from dataclasses import KW_ONLY, dataclass

from pellucid.optim.adaptive import Adam, correction
from pellucid.optim.optimizer import Slots, Updated
from pellucid.optim.rules import Step
from pellucid.tensor import Tensor


@dataclass(eq=False)
class LAMB(Adam):
    """Each parameter moves by the learning rate times its own length.

        r = m' / (sqrt(v') + eps) + weight_decay w
        w <- w - learning_rate |w| / |r| r

    m' and v' as in Adam; |w| and |r| are Euclidean norms over all numbers of one parameter.
    Decay is part of the direction, and so of its norm; it is for weights, as in every optimizer
    here, and the norms are for biases too. Where |w| or |r| is 0, as of biases at the start, the
    quotient is 1, which the paper leaves open and the authors' program has. PyTorch 2.13 has no
    LAMB.
    Shapes: m and v as w.
    Source: You et al. 2019 (arXiv 1904.00962), algorithm 2 with phi(z) = z; eps and decay as in
    the authors' program.
    """

    _: KW_ONLY
    eps: float = 1e-6
    weight_decay: float = 0.01

    def decayed(self, w: Tensor, step: Step) -> Tensor:
        """The weight as it is: decay is part of the direction."""
        return w

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        m, v = self._means(g, state)
        corrected_m = m * correction(self.beta1, step.number)
        corrected_v = v * correction(self.beta2, step.number)
        r = corrected_m / (corrected_v.sqrt() + self.eps)
        if step.weight_decay:
            r = r + w * step.weight_decay
        new = w - step.learning_rate * _trust(w, r) * r
        return new, {"m": m, "v": v}


def _trust(w: Tensor, r: Tensor) -> Tensor:
    """|w| / |r|; 1 where one of them is 0."""
    ours = (w * w).sum().sqrt()
    theirs = (r * r).sum().sqrt()
    sound = (ours > 0.0) & (theirs > 0.0)
    divisor = sound.where(theirs, 1.0)
    return sound.where(ours / divisor, 1.0)
