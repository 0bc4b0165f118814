"""Initial values: rules that give a layer's weights before training.

    Zeros, Constant, Normal, Uniform        the same for every shape
    XavierNormal, XavierUniform             keep the spread of signals and of gradients
    LeCunNormal, LeCunUniform               keep the spread of signals
    HeNormal, HeUniform                     keep the spread of signals through relu
    Orthogonal                              keep lengths exactly
    fan                                     how many inputs and outputs a weight connects
    starting                                a parameter with starting values of any kind

Spread here is what keeps signals alive from layer to layer, whatever the depth: it depends on
the units a layer reads, about 1 / sqrt(fan_in). Smaller weights in deeper networks would make
signals die out. Nor are small weights at the start a remedy for overfitting: decay, dropout
and early stopping are. All weights 0, or equal, keep the units of a layer equal for ever.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import OptionError, ShapeError
from pellucid.graph import is_symbolic
from pellucid.on_use import on_use
from pellucid.primitives.base import FLOAT32, Shape
from pellucid.random import Generator
from pellucid.refusals import KINDS, Kind, Strict, require
from pellucid.strict import strict
from pellucid.tensor import Tensor, holding
from pellucid.variables import Parameter, Variable


@strict
def fan(shape: Shape) -> tuple[int, int]:
    """How many inputs each output sums over, and how many outputs each input reaches.

    Shapes: (in_features, out_features) of a dense layer; (out_channels, in_channels, *kernel)
    of a convolution, where every place of the kernel counts.
    Errors: ShapeError for fewer than two axes.

    >>> fan((784, 50)), fan((16, 3, 5, 5))
    ((784, 50), (75, 400))
    """
    if len(shape) < 2:
        raise ShapeError(f"fan: shape {shape}. A weight that connects has at least two axes.")
    if len(shape) == 2:
        return shape[0], shape[1]
    places = math.prod(shape[2:])
    return shape[1] * places, shape[0] * places


@strict
def starting(
    draw: Callable[[Generator], Tensor], shape: Shape, rng: Generator | None, dtype: Any = FLOAT32
) -> Variable:
    """A parameter with the starting values `draw(rng)`.

    Without `rng` they are drawn when they are first asked for, from a generator that depends
    on the model's seed and the parameter's path in it.
    """
    if rng is not None:
        return Parameter(draw(rng))
    from pellucid.nn.streams import Undrawn

    return Undrawn(draw, shape, dtype)


class Initializer(Strict):
    """A rule for initial values. `random` says whether it draws numbers."""

    random = True

    @strict
    def __call__(
        self,
        shape: Shape,
        rng: Generator | None = None,
        dtype: Any = FLOAT32,
    ) -> Tensor:
        """The initial values for a weight of this shape."""
        if rng is None:
            raise OptionError(
                f"{self!r}: no rng. It draws random numbers, and there is no hidden random "
                "state: pass rng=pellucid.Generator(seed=...). For a layer's parameter, "
                f"{self!r}.parameter(shape) draws them by the model's seed and the layer's path."
            )
        require(repr(self), "rng", rng, Generator)
        return self.draw(shape, rng, dtype)

    def parameter(
        self, shape: Shape, rng: Generator | None = None, dtype: Any = FLOAT32
    ) -> Variable:
        """A parameter that starts so; without `rng`, by the model's seed and the path there."""
        if not self.random:
            return Parameter(self(shape, rng, dtype))
        return starting(lambda rng: self(shape, rng, dtype), shape, rng, dtype)

    def draw(self, shape: Shape, rng: Generator, dtype: Any) -> Tensor:
        """The values, from a generator."""
        raise NotImplementedError(f"{type(self).__name__} must define draw")


KINDS[Initializer] = Kind("It is a rule: pellucid.nn.init.HeNormal()")


@dataclass(frozen=True)
class Constant(Initializer):
    """The same number everywhere. As a weight it leaves all units of a layer equal for ever."""

    value: float
    random = False

    @strict
    def __call__(self, shape: Shape, rng: Generator | None = None, dtype: Any = FLOAT32) -> Tensor:
        """The number, everywhere; `rng` is not needed."""
        return holding(np.full(shape, self.value, dtype))


@dataclass(frozen=True)
class Zeros(Constant):
    """0 everywhere: right for a bias."""

    value: float = 0.0


@dataclass(frozen=True)
class Normal(Initializer):
    """N(0, std^2)."""

    std: float = 0.01

    def draw(self, shape: Shape, rng: Generator, dtype: Any) -> Tensor:
        """The values, from a generator."""
        return rng.normal(0.0, self.std, shape, dtype)


@dataclass(frozen=True)
class Uniform(Initializer):
    """U(-limit, limit)."""

    limit: float

    def draw(self, shape: Shape, rng: Generator, dtype: Any) -> Tensor:
        """The values, from a generator."""
        return rng.uniform(-self.limit, self.limit, shape, dtype)


class _Scaled(Initializer):
    """A rule whose standard deviation depends on the fan."""

    def std(self, fan_in: int, fan_out: int) -> float:
        """The standard deviation of one weight."""
        raise NotImplementedError(f"{type(self).__name__} must define std")


class _ScaledNormal(_Scaled):
    def draw(self, shape: Shape, rng: Generator, dtype: Any) -> Tensor:
        """N(0, std^2)."""
        return rng.normal(0.0, self.std(*fan(shape)), shape, dtype)


class _ScaledUniform(_Scaled):
    def draw(self, shape: Shape, rng: Generator, dtype: Any) -> Tensor:
        """U(-limit, limit) with limit = sqrt(3) std, which has that standard deviation."""
        limit = math.sqrt(3.0) * self.std(*fan(shape))
        return rng.uniform(-limit, limit, shape, dtype)


class _Xavier(_Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        """sqrt(2 / (fan_in + fan_out))."""
        return math.sqrt(2.0 / (fan_in + fan_out))


class _LeCun(_Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        """sqrt(1 / fan_in)."""
        return math.sqrt(1.0 / fan_in)


class _He(_Scaled):
    def std(self, fan_in: int, fan_out: int) -> float:
        """sqrt(2 / fan_in)."""
        return math.sqrt(2.0 / fan_in)


@dataclass(frozen=True)
class XavierNormal(_Xavier, _ScaledNormal):
    """N(0, 2 / (fan_in + fan_out)), also called Glorot; for tanh and sigmoid.

    Textbooks call 1 / sqrt(fan_in) Xavier as well: that is `LeCunNormal` here.
    Source: Glorot and Bengio 2010, equation 12.
    """


@dataclass(frozen=True)
class XavierUniform(_Xavier, _ScaledUniform):
    """U(-l, l), l = sqrt(6 / (fan_in + fan_out)). Source: Glorot and Bengio 2010, equation 16."""


@dataclass(frozen=True)
class LeCunNormal(_LeCun, _ScaledNormal):
    """N(0, 1 / fan_in). Source: LeCun et al. 1998, Efficient BackProp, equation 16."""


@dataclass(frozen=True)
class LeCunUniform(_LeCun, _ScaledUniform):
    """U(-l, l), l = sqrt(3 / fan_in). Source: LeCun et al. 1998, Efficient BackProp, eq. 16."""


@dataclass(frozen=True)
class HeNormal(_He, _ScaledNormal):
    """N(0, 2 / fan_in), for relu. Source: He et al. 2015 (arXiv 1502.01852), equation 10."""


@dataclass(frozen=True)
class HeUniform(_He, _ScaledUniform):
    """U(-l, l), l = sqrt(6 / fan_in), for relu. Source: He et al. 2015, equation 10."""


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """gain times a matrix with orthonormal rows or columns, whichever are fewer.

    More than two axes count as (first, all others). Source: Saxe et al. 2013
    (arXiv 1312.6120), section 3; the signs make it uniform over all such matrices
    (Mezzadri 2007, arXiv math-ph/0609050).
    """

    gain: float = 1.0

    def draw(self, shape: Shape, rng: Generator, dtype: Any) -> Tensor:
        """The values, from a generator."""
        fan(shape)
        rows = shape[0]
        columns = math.prod(shape[1:])
        tall = rng.normal(0.0, 1.0, (max(rows, columns), min(rows, columns)), np.float64)
        if is_symbolic(tall):  # no numbers are drawn: only the shape counts
            return tall.reshape(shape).astype(dtype)
        q, r = np.linalg.qr(tall.numpy())
        q = q * np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
        matrix = q if rows >= columns else q.T
        return holding((self.gain * matrix).reshape(shape).astype(dtype))


if not TYPE_CHECKING:  # other names are answered with ours
    __getattr__, __dir__ = on_use(__name__)
