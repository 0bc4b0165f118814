"""Layers with `forward` and `backward` written out in NumPy, as books introduce backpropagation.

MultiplyLayer, AddLayer             the nodes of arithmetic
ReluLayer, SigmoidLayer             activations
AffineLayer                         x W + b
SoftmaxWithLoss, IdentityWithLoss   the end of a network: output and loss in one

`forward` keeps what `backward` needs; `backward` takes the gradient by the output and gives
those by the inputs. Rows are samples. `pellucid.nn` needs no such code, as gradients follow
from the primitives; tests compare the two. Source: Saito, Deep Learning from Scratch,
O'Reilly Japan 2016, chapter 5, with three repairs: no gradient is written into, the gradient
from above is not ignored, and loss and gradient are both means over the batch.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.errors import GradientError, ShapeError
from pellucid.refusals import Strict

Floats = NDArray[Any]


class _Kept(Strict):
    """What forward leaves for backward."""

    _kept: tuple[Any, ...] | None = None

    def _recall(self) -> tuple[Any, ...]:
        if self._kept is None:
            raise GradientError(
                f"{type(self).__name__}.backward: nothing went forward yet. Gradients are those "
                "at the point of the last forward: call it first."
            )
        return self._kept


class MultiplyLayer(_Kept):
    """x y. Backwards each input gets the gradient times the other one: they swap.

    >>> apples, tax = MultiplyLayer(), MultiplyLayer()
    >>> round(tax.forward(apples.forward(100.0, 2.0), 1.1), 6)
    220.0
    >>> dprice, dtax = tax.backward(1.0)
    >>> [round(d, 6) for d in (*apples.backward(dprice), dtax)]
    [2.2, 110.0, 200.0]
    """

    def forward(self, x: Any, y: Any) -> Any:
        """The product."""
        self._kept = (x, y)
        return x * y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """The gradients by x and y."""
        x, y = self._recall()
        return dout * y, dout * x


class AddLayer(_Kept):
    """x + y. Backwards both inputs get the gradient as it is.

    >>> AddLayer().backward(1.5)
    (1.5, 1.5)
    """

    def forward(self, x: Any, y: Any) -> Any:
        """The sum."""
        return x + y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """The gradients by x and y."""
        return dout, dout


class ReluLayer(_Kept):
    """max(0, x): a switch in the current, on where x > 0. The gradient passes there alone.

    >>> layer = ReluLayer()
    >>> layer.forward(np.array([-1.0, 2.0])).tolist(), layer.backward(np.ones(2)).tolist()
    ([0.0, 2.0], [0.0, 1.0])
    """

    def forward(self, x: Floats) -> Floats:
        """The positive part; the mask is kept."""
        mask = x <= 0.0
        self._kept = (mask,)
        return np.where(mask, 0.0, x)

    def backward(self, dout: Floats) -> Floats:
        """The gradient by x: a new array, as others may hold dout."""
        (mask,) = self._recall()
        return np.where(mask, 0.0, dout)


class SigmoidLayer(_Kept):
    """1 / (1 + e^-x). Backwards dout (1 - y) y, which needs the output alone.

    >>> layer = SigmoidLayer()
    >>> layer.forward(np.array([0.0])).tolist(), layer.backward(np.ones(1)).tolist()
    ([0.5], [0.25])
    """

    def forward(self, x: Floats) -> Floats:
        """Between 0 and 1."""
        e = np.exp(-np.abs(x))
        y: Floats = np.where(x >= 0.0, 1.0, e) / (1.0 + e)
        self._kept = (y,)
        return y

    def backward(self, dout: Floats) -> Floats:
        """The gradient by x."""
        (y,) = self._recall()
        return dout * (1.0 - y) * y  # type: ignore[no-any-return]


class AffineLayer(_Kept):
    """x W + b. Backwards dx = dout W^T, dW = x^T dout, db = sum of dout over the samples.

    Shapes: x (batch, in), W (in, out), b (out,) -> (batch, out); axes of x behind the first
    are flattened, and dx has them again. After `backward`, `dW` and `db` hold their gradients.
    Errors: ShapeError where a sample does not have `in` numbers.

    >>> layer = AffineLayer(np.array([[1.0], [2.0]]), np.array([10.0]))
    >>> layer.forward(np.array([[1.0, 1.0], [0.0, 1.0]])).tolist()
    [[13.0], [12.0]]
    >>> layer.backward(np.ones((2, 1))).tolist(), layer.dW.tolist(), layer.db.tolist()
    ([[1.0, 2.0], [1.0, 2.0]], [[1.0], [2.0]], [2.0])
    """

    def __init__(self, W: ArrayLike, b: ArrayLike) -> None:  # noqa: N803 (the formula's name)
        self.W: Final = np.asarray(W)
        self.b: Final = np.asarray(b)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)
        if self.W.ndim != 2 or self.b.shape != self.W.shape[1:]:
            raise ShapeError(
                f"AffineLayer: W of shape {self.W.shape}, b of shape {self.b.shape}. W is "
                "(in, out), b (out,)."
            )

    def forward(self, x: Floats) -> Floats:
        """The affine map of each row."""
        rows = x.reshape(len(x), -1)
        if rows.shape[1] != len(self.W):
            raise ShapeError(
                f"AffineLayer: x of shape {x.shape}: {rows.shape[1]} numbers per sample. W of "
                f"shape {self.W.shape} takes {len(self.W)}."
            )
        self._kept = (rows, x.shape)
        return rows @ self.W + self.b  # type: ignore[no-any-return]

    def backward(self, dout: Floats) -> Floats:
        """The gradient by x; those by W and b are kept as dW and db."""
        rows, shape = self._recall()
        self.dW = rows.T @ dout
        self.db = dout.sum(axis=0)
        return (dout @ self.W.T).reshape(shape)  # type: ignore[no-any-return]


class SoftmaxWithLoss(_Kept):
    """Softmax of each row, and the mean cross-entropy against one-hot rows or class numbers.

        loss = -1/batch sum of t log y,  y = softmax(x)

    Backwards dx = dout (y - t) / batch: that simple because the two belong together.
    Shapes: x (batch, classes), t (batch, classes) or (batch,) of class numbers -> one number.

    >>> layer = SoftmaxWithLoss()
    >>> round(layer.forward(np.zeros((2, 4)), np.array([0, 3])), 4)
    1.3863
    >>> layer.backward().tolist()[0]
    [-0.375, 0.125, 0.125, 0.125]
    """

    def forward(self, x: Floats, t: Floats) -> float:
        """The loss."""
        target = np.eye(x.shape[1])[t] if t.ndim == 1 else t
        _check_target("SoftmaxWithLoss", x, target)
        # The largest of each row is subtracted: it changes nothing but the overflow.
        shifted = x - x.max(axis=1, keepdims=True)
        log_y = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._kept = (np.exp(log_y), target)
        return float(-np.sum(target * log_y) / len(x))

    def backward(self, dout: float = 1.0) -> Floats:
        """The gradient by x."""
        y, target = self._recall()
        return dout * (y - target) / len(y)  # type: ignore[no-any-return]


class IdentityWithLoss(_Kept):
    """No change, and half the squared error: the end of a regression.

        loss = 1/batch sum of (x - t)^2 / 2

    Backwards dx = dout (x - t) / batch, the same form as SoftmaxWithLoss; the half is there
    to make it so. Shapes: x, t (batch, outputs) -> one number.

    >>> layer = IdentityWithLoss()
    >>> layer.forward(np.array([[3.0]]), np.array([[1.0]])), layer.backward().tolist()
    (2.0, [[2.0]])
    """

    def forward(self, x: Floats, t: Floats) -> float:
        """The loss."""
        _check_target("IdentityWithLoss", x, t)
        self._kept = (x - t,)
        return float(np.sum((x - t) ** 2) / 2 / len(x))

    def backward(self, dout: float = 1.0) -> Floats:
        """The gradient by x."""
        (distance,) = self._recall()
        return dout * distance / len(distance)  # type: ignore[no-any-return]


def _check_target(name: str, x: Floats, t: Floats) -> None:
    if x.ndim != 2 or t.shape != x.shape:
        raise ShapeError(
            f"{name}: x of shape {x.shape}, t of shape {t.shape}. Both have one row per sample "
            "and one column per output."
        )
