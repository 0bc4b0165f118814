"""How a random program grows by a recurrent layer: many rows, which do not meet.

CELLS           by name: how many blocks of columns its products have, and its step
recurrent       a layer, there and perhaps back, with its gradients
"""

from collections.abc import Callable
from typing import Any

from pellucid import functional as f
from pellucid.creation import concat, split, where
from pellucid.recordings import recording
from pellucid.scanning import scan
from pellucid.tensor import Tensor

ROWS = (2, 3, 5, 16, 17, 22, 33, 64, 70)
SIZES = (1, 3, 4, 5, 8, 9, 16, 17)

Step = Callable[[tuple[Tensor, ...], Tensor, Tensor], tuple[Tensor, ...]]


def _rnn(state: tuple[Tensor, ...], piece: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
    return (f.tanh(piece + state[0] @ weight),)


def _lstm(state: tuple[Tensor, ...], piece: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
    h, memory = state
    enters, stays, new, leaves = split(piece + h @ weight, 4, axis=1)
    memory = f.sigmoid(stays) * memory + f.sigmoid(enters) * f.tanh(new)
    return f.sigmoid(leaves) * f.tanh(memory), memory


def _gru(state: tuple[Tensor, ...], piece: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
    (h,) = state
    of_input, of_state = split(piece, 3, axis=1), split(h @ weight, 3, axis=1)
    stays = f.sigmoid(of_input[0] + of_state[0])
    resets = f.sigmoid(of_input[1] + of_state[1])
    new = f.tanh(of_input[2] + resets * of_state[2])
    return (stays * h + (1.0 - stays) * new,)


CELLS: dict[str, tuple[int, Step]] = {"rnn": (1, _rnn), "lstm": (4, _lstm), "gru": (3, _gru)}


def _free(builder: Any, features: int) -> Step:
    """A step of drawn work that keeps rows apart: along them, never across."""
    ways = [builder.source.integer(0, 6) for _ in range(builder.source.integer(1, 4))]

    def step(state: tuple[Tensor, ...], piece: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
        (x,) = state
        for way in ways:
            x = (
                lambda x: f.tanh(x + piece),
                lambda x: f.sigmoid(x @ weight) * piece,
                lambda x: x * 0.5 + x.sum(axis=1, keepdims=True),
                lambda x: f.softmax(x) + piece,
                lambda x: (x - x.max(axis=1, keepdims=True)).exp(),
                lambda x: concat([x[:, features // 2 :], piece[:, : features // 2]], axis=1),
                lambda x: where(piece > 0, x @ weight.T, x),
            )[way](x)
        return (f.tanh(x),)

    return step


def recurrent(builder: Any) -> Tensor:
    """A layer over a sequence, forwards, backwards or both ways; its results or its last state."""
    rows, features = builder.choice(ROWS), builder.choice(SIZES)
    steps = builder.choice((1, 2, 3, 4, 5, 7))
    name = builder.choice((*CELLS, "free"))
    blocks, cell = CELLS[name] if name in CELLS else (1, _free(builder, features))
    builder.notes.add(("recurrent layer", name))
    x = builder.leaf((steps, rows, blocks * features), builder.float)
    weight = builder.leaf((features, blocks * features), builder.float)
    waits, ways = builder.chance(30), builder.choice(((False,), (True,), (False, True)))
    found = []
    for reverse in ways:
        start = tuple(
            builder.leaf((rows, features), builder.float) for _ in range(2 if name == "lstm" else 1)
        )

        def step(state: Any, piece: Tensor) -> Any:
            after = cell(state, piece, weight)
            if waits:
                pairs = zip(after, state, strict=True)
                after = tuple(where(piece[:, :1] > 0, new, old) for new, old in pairs)
            return after, after[0]

        with recording():
            state, results = scan(step, start, x, reverse=reverse)
        found.append(state[0] if builder.chance(30) else results)
        builder.values += [*state, results]
    return _ended(builder, found, [x, weight], ways)


def _ended(builder: Any, found: list[Tensor], by: list[Tensor], ways: tuple[bool, ...]) -> Tensor:
    """What both ways have found, side by side, and gradients of it."""
    y = found[0]
    if len({v.shape for v in found}) == 1 < len(found):
        with recording():
            y = concat(found, axis=-1)
        builder.values.append(y)
        builder.notes.add(("recurrent layer", "both ways"))
    elif ways == (True,):
        builder.notes.add(("recurrent layer", "backwards"))
    if builder.chance(70):
        builder.differentiate(y, by)
    return y
