"""Samples mixed with others of their batch, and their targets with them.

Mixup       a weighted mean of two samples
CutMix      a part of one picture in another
Mixing      the base of both
Shares      which two samples are mixed, and how much of each there is

With `Options(mixing=Mixup(0.2))` a Trainer mixes every training batch inside its compiled step, by
the run's seed; in a loop of one's own it is called with a batch: `x, t = mixup(x, t)`. Targets are
numbers: probabilities of classes, as `one_hot` makes them of ids, or what is to be predicted.

Each sample gets another of its batch as a partner: the one so many places further on, the same
number for all, drawn anew for each batch from 1 to batch - 1. How much it keeps of itself is drawn
for each sample by itself, from Beta(alpha, alpha).
"""

import math
from dataclasses import dataclass

from pellucid.creation import arange
from pellucid.errors import DTypeError, OptionError, ShapeError, is_finite
from pellucid.nn.module import Module
from pellucid.primitives.base import FLOATS
from pellucid.random import MIXING, Generator
from pellucid.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Shares:
    """Which two samples are mixed, and how much of the first one there is, from 0 to 1.

    Shapes: partner (batch,) int32, kept (batch,) floats.
    """

    partner: Tensor
    kept: Tensor

    def of(self, x: Tensor) -> Tensor:
        """Targets or weights mixed: kept x + (1 - kept) x of the partner, along the first axis."""
        shape = (x.shape[0], *(1,) * (x.ndim - 1))
        kept = self.kept.astype(x.dtype).reshape(shape)
        other = x.take(self.partner, axis=0)
        return x * kept + other * (1.0 - kept)


class Mixing(Module):
    """A random mixture of each sample with another of its batch: in training, not in inference.

    `alpha`: small ones leave most samples nearly as they are, 1 makes all mixtures as likely,
    large ones all halves. State: the number of draws.
    Shapes: x (batch, ...), targets (batch, ...) -> the same.
    Errors: DTypeError for targets that are ids; ShapeError for another number of targets;
    OptionError for an alpha that is not above 0.
    """

    def __init__(self, alpha: float, *, rng: Generator | None = None) -> None:
        if not (alpha > 0.0 and is_finite(alpha)):
            raise OptionError(
                f"{type(self).__name__}: alpha {alpha}. It must be above 0, and finite."
            )
        self.alpha = alpha
        self.generator = self.stream(MIXING, rng)
        self.draws = self.generator.draws

    def forward(self, x: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Samples and targets, mixed."""
        if targets.dtype not in FLOATS:
            raise DTypeError(
                f"targets of {targets.dtype}. Mixed targets are numbers: make class ids "
                "probabilities, with pellucid.one_hot(ids, classes)."
            )
        if targets.shape[:1] != x.shape[:1]:
            raise ShapeError(
                f"x of shape {x.shape}, targets of shape {targets.shape}. Their first axis is the "
                "samples: it is the same."
            )
        if not self.training:
            return x, targets
        mixed, shares = self.mix(x)
        return mixed, shares.of(targets)

    def mix(self, x: Tensor) -> tuple[Tensor, Shares]:
        """The mixed samples, and what they are mixed of."""
        raise NotImplementedError(f"{type(self).__name__} must define mix")

    def partners(self, batch: int) -> Tensor:
        """Another sample for each; of a batch of one, itself."""
        others = batch - 1.0
        drawn = (self.generator.fraction((1,)) * others).floor()
        # Rounding may give the count itself where the fraction is nearly 1.
        drawn = drawn.minimum(max(others - 1.0, 0.0))
        own = arange(batch, dtype="int32")
        place = own + drawn.astype("int32") + 1
        return (place >= batch).where(place - batch, place)

    def kept(self, batch: int) -> Tensor:
        """How much each sample keeps of itself: (batch,), from Beta(alpha, alpha).

            1/2 + c / (2 sqrt(1 + c^2)),  c = sqrt(u^(-1/alpha) - 1) cos(2 pi v),  u, v ~ U(0, 1)

        Source: Devroye 1986, Non-uniform random variate generation, chapter IX.3, and Bailey 1994,
        Polar generation of random variates with the t-distribution, for c.
        """
        u = 1.0 - self.generator.fraction((batch,))
        v = self.generator.fraction((batch,))
        rate = u.log() * (1.0 / self.alpha)
        cos = (v * (2.0 * math.pi)).cos()
        # c^2 / (1 + c^2), without the power that overflows.
        large = -rate.expm1() * (cos * cos)
        share = large / (rate.exp() + large)
        half = cos.sign() * share.sqrt() * 0.5
        return half + 0.5

    def describe(self) -> str:
        """Its alpha."""
        return str(self.alpha)


class Mixup(Mixing):
    """y = l x + (1 - l) x of another sample, l ~ Beta(alpha, alpha), and so the targets.

    Source: Zhang et al. 2018 (arXiv 1710.09412), section 2, with an l of its own for each sample.

    >>> from pellucid.creation import ones, zeros, concat
    >>> x = concat([zeros((1, 2)), ones((1, 2))])
    >>> mixed, targets = Mixup(1.0, rng=Generator(0))(x, x)
    >>> bool((mixed == targets).all()), sorted(set((mixed > 0.0).tolist()[0]))
    (True, [True])
    """

    def __init__(self, alpha: float = 0.2, *, rng: Generator | None = None) -> None:
        super().__init__(alpha, rng=rng)

    def mix(self, x: Tensor) -> tuple[Tensor, Shares]:
        """Weighted means, and their weights."""
        shares = Shares(self.partners(len(x)), self.kept(len(x)))
        return shares.of(x), shares


class CutMix(Mixing):
    """A box of another picture pasted into each; targets are mixed by the share of pixels.

        box: height sqrt(1 - l) by width sqrt(1 - l), l ~ Beta(alpha, alpha), around any pixel

    What of the box lies outside is cut off, and the share is that of the pixels that are left.
    Shapes: x (batch, channels, height, width). Errors: as `Mixing`; ShapeError for others.
    Source: Yun et al. 2019 (arXiv 1905.04899), section 3 and algorithm A1, with a box of its own
    for each sample.
    """

    def __init__(self, alpha: float = 1.0, *, rng: Generator | None = None) -> None:
        super().__init__(alpha, rng=rng)

    def mix(self, x: Tensor) -> tuple[Tensor, Shares]:
        """The pasted pictures, and the shares of what was there before."""
        if x.ndim != 4:
            raise ShapeError(
                f"x of shape {x.shape} for CutMix, which cuts boxes out of pictures. It must be "
                "(batch, channels, height, width); rows can be mixed by Mixup."
            )
        n, _, height, width = x.shape
        partner = self.partners(n)
        side = (1.0 - self.kept(n)).sqrt()
        rows = self._covered(side, height).reshape(n, 1, height, 1)
        columns = self._covered(side, width).reshape(n, 1, 1, width)
        box = rows & columns
        pixels = box.astype("float32").sum(axis=(1, 2, 3))
        kept = 1.0 - pixels * (1.0 / (height * width))
        other = x.take(partner, axis=0)
        return box.where(other, x), Shares(partner, kept)

    def _covered(self, side: Tensor, size: int) -> Tensor:
        """Whether each place along one axis lies in the box: (batch, size)."""
        n = side.shape[0]
        length = (side * float(size)).floor()
        half = (length * 0.5).floor().reshape(n, 1)
        drawn = self.generator.fraction((n, 1)) * float(size)
        middle = drawn.floor().minimum(size - 1.0)
        at = arange(float(size))
        first = middle - half
        end = middle + half
        return (at >= first) & (at < end)
