"""Dropout: units switched off at random while training, so that none is relied upon.

    Dropout         what is kept is scaled up in training; inference leaves all as it is
    BookDropout     what is kept stays; inference scales all down, as the first paper did
    Dropout2d       whole channels off, for images

The first two agree in expectation: E[training output] = inference output. The first is the
usual one: a trained model then needs no dropout to run. Dropout lowers overfitting. The loss stays
defined: it is that of the mask drawn; with the state of the generator restored the same mask
comes again, which makes gradients checkable. To watch progress, measure in inference.
"""

from pellucid.creation import where
from pellucid.errors import OptionError, ShapeError
from pellucid.nn.module import Module
from pellucid.random import DROPOUT, Generator
from pellucid.tensor import Tensor


class _Dropout(Module):
    """What both kinds share: the ratio, and where the mask comes from."""

    def __init__(self, ratio: float, *, rng: Generator | None = None) -> None:
        if not 0.0 <= ratio < 1.0:
            raise OptionError(
                f"{type(self).__name__}: ratio {ratio}. It is the fraction of units switched "
                "off: from 0 up to, but not, 1."
            )
        self.ratio = ratio
        self.generator = self.stream(DROPOUT, rng)
        self.draws = self.generator.draws

    def kept(self, x: Tensor) -> Tensor:
        """True for each number that is kept; another draw at every call."""
        return self.generator.bernoulli(1.0 - self.ratio, x.shape)

    def describe(self) -> str:
        """Its ratio."""
        return str(self.ratio)


class Dropout(_Dropout):
    """Inverted dropout.

        training:   y = x / (1 - ratio) where kept, else 0;   P(kept) = 1 - ratio
        inference:  y = x

    Shapes: x (...) -> y (...).
    State: the number of draws. With the same seed, and this restored, the masks go on as they
    would have.
    Errors: OptionError for a ratio outside 0 to 1, 1 itself not included.
    Source: Srivastava et al. 2014, section 10, for the scaling while training.

    >>> from pellucid.creation import ones
    >>> dropped = Dropout(0.5)(ones(1000))
    >>> sorted(set(dropped.tolist()))
    [0.0, 2.0]
    """

    formula = "y = x / (1 - ratio) where kept, else 0"

    def forward(self, x: Tensor) -> Tensor:
        """Some numbers off in training; all as they are in inference."""
        if not self.training or self.ratio == 0.0:
            return x
        return self.kept(x).where(x * (1.0 / (1.0 - self.ratio)), 0.0)


class BookDropout(_Dropout):
    """Dropout with the scaling at inference.

        training:   y = x where kept, else 0;   P(kept) = 1 - ratio
        inference:  y = x (1 - ratio)

    Shapes, state and errors: as `Dropout`.
    Source: Srivastava et al. 2014, section 4.
    """

    formula = "y = x where kept, else 0; x (1 - ratio) in inference"

    def forward(self, x: Tensor) -> Tensor:
        """Some numbers off in training; all scaled down in inference."""
        if not self.training:
            return x * (1.0 - self.ratio)
        return self.kept(x).where(x, 0.0)


class Dropout2d(_Dropout):
    """Inverted dropout of whole channels.

        training:   y = x / (1 - ratio) in channels that are kept, else 0
        inference:  y = x

    Neighbouring pixels of a map say much the same, so single ones off would take little away.

    Shapes: x (batch, channels, ...) -> y the same.
    State and errors: as `Dropout`; ShapeError without channels.
    Source: Tompson et al. 2015 (arXiv 1411.4280), section 3.2.

    >>> from pellucid.creation import ones
    >>> dropped = Dropout2d(0.5, rng=Generator(seed=0))(ones((1, 4, 2, 2)))
    >>> sorted({tuple(set(channel)) for channel in dropped.reshape(4, 4).tolist()})
    [(0.0,), (2.0,)]
    """

    formula = "y = x / (1 - ratio) in channels that are kept, else 0"

    def forward(self, x: Tensor) -> Tensor:
        """Some channels off in training; all as they are in inference."""
        if x.ndim < 2:
            raise ShapeError(f"x of shape {x.shape}. It must be (batch, channels, ...).")
        if not self.training or self.ratio == 0.0:
            return x
        shape = (*x.shape[:2], *(1,) * (x.ndim - 2))
        kept = self.generator.bernoulli(1.0 - self.ratio, shape)
        return where(kept, x * (1.0 / (1.0 - self.ratio)), 0.0)
