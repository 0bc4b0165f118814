"""What mends a loss whose outputs and targets do not fit each other.

of_loss     remedies of outputs and targets, the likeliest first
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pellucid.class_ids import is_class
from pellucid.languages import said
from pellucid.misfits.chains import Step, maker
from pellucid.misfits.layers import traced
from pellucid.misfits.remedies import IMAGES, giving, unflattened

Arrange = Callable[..., Any]


def of_loss(loss: Callable[..., Any], y: Any, t: Any, steps: Sequence[Step]) -> list[str]:
    """What mends outputs y and targets t of a loss."""
    return list(_of_outputs(loss, y, t, steps))[:2]


def _of_outputs(
    loss: Callable[..., Any],
    y: Any,
    t: Any,
    steps: Sequence[Step],
) -> Iterator[str]:
    giver = maker(steps)
    if y.ndim == IMAGES and t.ndim == 1:
        yield from unflattened(giver)
        return
    for text, move in _moves(y, t):

        def moved(a: Any, b: Any, move: Arrange = move) -> Any:
            return loss(*move(a, b))

        if traced(moved, y, t) is not None:
            yield said("{text} fits.", text=text)
            return
    if y.ndim and t.ndim and y.shape[0] != t.shape[0]:
        yield from _of_rows(y, t, steps)
    elif y.ndim == t.ndim > 1 and y.shape[:-1] == t.shape[:-1]:
        yield from giving(giver, y.shape[-1], t.shape[-1])


def _of_rows(y: Any, t: Any, steps: Sequence[Step]) -> Iterator[str]:
    """Another number of rows: a reshape has mixed the samples."""
    rows = y.shape[0]
    count = t.shape[0]
    if steps[0].shape[:1] != (count,):
        yield said(
            "There are {rows} outputs and {count} targets: give the targets of the same samples.",
            rows=rows,
            count=count,
        )
        return
    mixing = next((s for s in steps[1:] if s.shape[:1] != (count,)), steps[-1])
    yield said(
        "{rows} rows came from {count} samples in {step}: keep the first axis, as "
        "x.reshape(x.shape[0], -1) or nn.Flatten() does.",
        rows=rows,
        count=count,
        step=mixing if str(mixing) else "forward",
    )


def _moves(y: Any, t: Any) -> Iterator[tuple[str, Arrange]]:
    """Arrangements of outputs and targets that people mean."""
    more_axes = y.ndim - t.ndim
    if more_axes == 0 and y.ndim == 2:
        yield "targets.T", lambda a, b: (a, b.T)
    if more_axes == 1 and y.ndim > 2:
        order = (0, *range(2, y.ndim), 1)
        yield f"outputs.permute_dims({order})", lambda a, b: (a.permute_dims(order), b)
    if more_axes == 2:
        yield "outputs[:, -1]", lambda a, b: (a[:, -1], b)
    if more_axes == 0 and y.ndim == 3:
        yield "outputs.permute_dims((0, 2, 1))", lambda a, b: (a.permute_dims((0, 2, 1)), b)
    if more_axes == 1:
        yield from _moves_of_one_axis(y, t)
    if more_axes in (0, -1) and t.shape[-1] == 1 != y.shape[-1]:
        yield "targets.squeeze(-1)", lambda a, b: (a, b.squeeze(-1))


def _moves_of_one_axis(y: Any, t: Any) -> Iterator[tuple[str, Arrange]]:
    """Ids to one-hot rows, and outputs without an axis of size 1 that targets do not have."""
    classes = y.shape[-1]
    kind = t.dtype.kind
    if kind in "iu" and classes > 1:
        yield f"one_hot(targets, {classes})", lambda a, b: (a, _one_hot(b, classes))
    if kind != "f":
        return
    last = y.ndim - 1
    for i in range(1, y.ndim):
        if y.shape[i] == 1:
            place = -1 if i == last else i
            yield f"outputs.squeeze({place})", lambda a, b, i=i: (a.squeeze(i), b)


def _one_hot(ids: Any, classes: int) -> Any:
    return is_class(ids, classes).astype("float32")
