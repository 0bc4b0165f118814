"""Checks that an input has the shape of the training samples, for a model loaded from its graph.

check_samples    refuse what is no batch of samples like those that a run has learned from
"""

from collections.abc import Sequence
from typing import Any

from pellucid.errors import CallError, DTypeError, ShapeError
from pellucid.graph import Value


def check_samples(model: str, wanted: Sequence[Value], inputs: Sequence[Any]) -> int:
    """The number of samples in a batch. `wanted`: the inputs of one sample, as a batch of one.

    Errors: CallError for another number of inputs, ShapeError for samples of another shape or
    not as many in each, DTypeError for fractions where ids are read.
    """
    if len(inputs) != len(wanted):
        raise CallError(
            f"{model}: called with {len(inputs)} input{'' if len(inputs) == 1 else 's'}. The run "
            f"learned from {len(wanted)}, {_like(wanted)}: give a batch of each."
        )
    for x, value in zip(inputs, wanted, strict=True):
        sample = value.shape[1:]
        if x.shape[1:] != sample or not x.shape:
            alone = " One sample alone is x[None]." if x.shape == sample else ""
            raise ShapeError(
                f"{model}: an input of shape {tuple(x.shape)}. The run learned from samples of "
                f"shape {sample}: give (samples, {', '.join(map(str, sample))}).{alone}"
            )
        if value.dtype.kind in "iu" and x.dtype.kind == "f":
            raise DTypeError(
                f"{model}: an input of {x.dtype}, where it reads ids. They are whole numbers: "
                "x.astype('int64')."
            )
    counts = [len(x) for x in inputs]
    if len(set(counts)) > 1:
        raise ShapeError(f"{model}: inputs of {counts} samples. Each has as many as the others.")
    return counts[0]


def _like(wanted: Sequence[Value]) -> str:
    return " and ".join(f"{value.dtype} of shape {value.shape[1:]}" for value in wanted)
