"""Penalties as shapes: the balls of L1 and L2, and where weights go as a penalty grows.

penalty_path      the weights of a linear regression for each penalty
penalty_balls     contours of a cost, the diamond and the circle that keep it in bounds
penalty_paths     the paths of lasso and ridge side by side
"""

from typing import Any

import numpy as np

from pellucid.arrays import ArrayLike
from pellucid.compile import compile as compiled
from pellucid.errors import OptionError, ShapeError, closest
from pellucid.optim import SGD, Proximal
from pellucid.plot.figure import new_figure
from pellucid.plot.style import BLUE, CYCLE, GREY, VERMILION, calm
from pellucid.strict import strict
from pellucid.tensor import tensor
from pellucid.variables import Parameter

KINDS = ("lasso", "ridge")
STEPS = 3000


@strict
def penalty_path(
    x: ArrayLike,
    y: ArrayLike,
    penalties: ArrayLike,
    kind: str = "lasso",
) -> Any:
    """The weights of a linear regression, for each penalty.

        w(p) = argmin of |y - x w|^2 / (2 m) + p sum(|w|)      lasso
                         |y - x w|^2 / (2 m) + p/2 sum(w^2)    ridge

    Found by proximal gradient descent: with L1 weights become exactly 0 one after the other,
    with L2 they shrink together and none does.

    Shapes: x (m, n), y (m,), penalties (k,) -> (k, n) float64.
    Errors: ShapeError for arrays that do not fit; OptionError for an unknown kind.
    Source: Tibshirani 1996, "Regression shrinkage and selection via the lasso".

    >>> penalty_path([[1.0, 0.0], [0.0, 1.0]], [2.0, 0.5], [0.0, 0.5], "lasso").round(6)
    array([[2. , 0.5],
           [1. , 0. ]])
    """
    if kind not in KINDS:
        raise OptionError(f"penalty_path: kind {kind!r} is not known. {closest(kind, KINDS)}")
    features = np.asarray(x, np.float64)
    targets = np.asarray(y, np.float64)
    if features.ndim != 2 or targets.shape != features.shape[:1]:
        raise ShapeError(
            f"penalty_path: x {features.shape}, y {targets.shape}. They must be (m, n) and (m,)."
        )
    m, n = features.shape
    # With this rate descent converges: the reciprocal of the largest curvature.
    rate = 1.0 / np.linalg.eigvalsh(features.T @ features / m)[-1]
    found = [_weights(features, targets, rate, float(p), kind) for p in np.asarray(penalties)]
    return np.array(found).reshape(-1, n)


def _weights(features: Any, targets: Any, rate: float, penalty: float, kind: str) -> Any:
    """The weights at which descent with one penalty ends."""
    m, n = features.shape
    w = Parameter(np.zeros((n, 1)))
    rule = Proximal(l1=penalty) if kind == "lasso" else Proximal(l2=penalty)
    descent = SGD({"w": w}, rate, rules=(rule,))
    data = tensor(features)
    wanted = tensor(targets.reshape(m, 1))

    def step(_: Any) -> Any:
        loss = ((data @ w - wanted) ** 2.0).sum() / (2.0 * m)
        descent.minimize(loss)
        return loss

    compiled(step).loop(np.zeros(STEPS))
    return np.array(w.present()).reshape(-1)


@strict
def penalty_balls() -> Any:
    """The cost's contours with the diamond |w1| + |w2| = 1 and the circle w1^2 + w2^2 = 1.

    Where the contours first touch the ball is the best point inside. The diamond has corners on
    the axes, and there a weight is exactly 0; the circle has none.

    Shapes: -> a Matplotlib Figure with two panels.
    """
    figure = new_figure(1, 2, (7.2, 3.6), sharey=True)
    w1, w2 = np.meshgrid(np.linspace(-1.5, 2.7, 211), np.linspace(-1.5, 2.2, 186))
    curvature = np.array([[1.0, 0.3], [0.3, 0.6]])
    best = np.array([1.9, 0.9])
    away = (w1 - best[0], w2 - best[1])
    cost = sum(curvature[i, j] * away[i] * away[j] for i in range(2) for j in range(2))
    sizes = np.abs(w1) + np.abs(w2), np.sqrt(w1**2 + w2**2)
    for axes, title, size in zip(figure.axes, ("L1", "L2"), sizes, strict=True):
        inside = np.where(size <= 1.0, cost, np.inf)
        place = np.unravel_index(np.argmin(inside), cost.shape)
        levels = sorted([0.1, 0.4, float(inside[place]), 3.5, 6.0])
        axes.contour(w1, w2, cost, levels, colors=GREY, linewidths=0.8)
        axes.contourf(w1, w2, size, [0.0, 1.0], colors=[BLUE], alpha=0.25)
        axes.plot(*best, "x", color="black", label="least cost")
        axes.plot(w1[place], w2[place], "o", color=VERMILION, label=f"least cost within {title}")
        axes.set_title(f"{title} ball")
        axes.set_xlabel("w1")
        axes.set_aspect("equal")
        axes.legend(frameon=False, fontsize=8, loc="lower right")
        calm(axes)
    figure.axes[0].set_ylabel("w2")
    return figure


@strict
def penalty_paths(x: ArrayLike, y: ArrayLike, penalties: ArrayLike | None = None) -> Any:
    """`penalty_path` of lasso and of ridge: a line for each weight, over the penalty.

    Shapes: -> a Matplotlib Figure with two panels.
    """
    chosen = np.geomspace(1e-3, 10.0, 25) if penalties is None else np.asarray(penalties)
    figure = new_figure(1, 2, (7.2, 3.2), sharey=True)
    for axes, kind in zip(figure.axes, KINDS, strict=True):
        for i, weights in enumerate(penalty_path(x, y, chosen, kind).T):
            axes.plot(
                chosen,
                weights,
                color=CYCLE[i % len(CYCLE)],
                label=f"w{i + 1}",
            )
        axes.set_xscale("log")
        axes.set_title(kind)
        axes.set_xlabel("penalty")
        calm(axes)
    figure.axes[0].set_ylabel("weight")
    figure.axes[1].legend(loc="best", frameon=False, fontsize=8)
    return figure
