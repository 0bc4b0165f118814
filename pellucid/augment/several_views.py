"""Test-time augmentation: a sample is judged by several views of it.

predict_views    the mean of what a model says of a sample and of changed copies
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.creation import concat
from pellucid.errors import OptionError
from pellucid.functional import softmax
from pellucid.nn.module import Module
from pellucid.recordings import USUAL
from pellucid.state import copies, restore
from pellucid.strict import strict
from pellucid.tensor import Tensor, holding


@strict
def predict_views(
    model: Module,
    change: Module,
    x: Any,
    views: int = 8,
    of: Callable[[Tensor], Tensor] = softmax,
    precision: str = USUAL,
) -> Tensor:
    """What a model says of each sample and of `views` - 1 changed copies of it, on the mean.

        y = mean over views of softmax(model(view))

    `change` is an augmentation, such as `pellucid.augment.photos()`. Its changes are those that it
    would draw next, the same for every sample, so that an answer depends on no other sample;
    afterwards it is as it was. `of`: what makes of outputs what is averaged; for one output that
    says yes or no, `sigmoid`. Views help where training saw such changes; each costs a prediction.
    Shapes: x (samples, ...) -> as the outputs.
    Errors: OptionError for fewer than 1 view, or no samples.
    """
    if views < 1:
        raise OptionError(f"predict_views: views is {views}. The sample itself is one: at least 1.")
    samples = np.asarray(x)
    if not len(samples):
        raise OptionError("predict_views: x has no samples. Give at least one.")
    predict = model.predictor(precision=precision)
    drawn = change.variables()
    before = copies(drawn)
    answers = []
    for sample in samples:
        try:
            seen = predict(_views(change, sample, views))
        finally:
            restore("predict_views", drawn, before, strict=True)
        answers.append(of(seen).mean(axis=0, keepdims=True))
    return concat(answers, axis=0)


def _views(change: Module, sample: Any, views: int) -> Tensor:
    """A sample, and behind it changed copies."""
    row = holding(sample[None].copy())
    if views == 1:
        return row
    with change.mode(training=True):
        changed: Tensor = change(holding(np.repeat(sample[None], views - 1, axis=0)))
    return concat([row, changed], axis=0)
