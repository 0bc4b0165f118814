"""How a random program grows by a loop over time.

The body is grown like a program: from the state, a slice of a sequence, and what it uses from
outside. The sequence lies in memory in any way (`walks`), so its slices do. Some loops are those
of a recurrent layer: products with one matrix, gates, rows that wait.
"""

from typing import Any

from executors.native.walks import WALKS, Wanted

from pellucid import primitives as p
from pellucid.creation import split, where
from pellucid.functional import sigmoid, tanh
from pellucid.recordings import recording
from pellucid.scanning import scan as scan_over
from pellucid.tensor import Tensor

SIZES = (1, 2, 3, 4, 5, 8, 9, 17)


def scan(builder: Any) -> Tensor | None:
    """A loop with one state and one sequence; its last state and stacked results are values."""
    if builder.chance(40):
        return _recurrent(builder)
    shape = tuple(builder.choice(SIZES) for _ in range(builder.choice((0, 1, 2))))
    walk = builder.choice([name for name in WALKS if name != "nothing"])
    inside = shape if builder.chance(60) else (builder.choice(SIZES),)
    x = WALKS[walk](Wanted(builder, walk), (builder.choice((1, 2, 3, 7)), *inside), builder.float)
    if x is None or x.dtype != builder.float or not x.shape or x.shape[0] == 0:
        return None
    if x.shape[0] > 17:
        return None
    start = builder.leaf(shape, builder.float)
    with recording():
        state, results = scan_over(
            lambda s, piece: _step(builder, s, piece), start, x, reverse=builder.chance(40)
        )
    builder.values += [state, results]
    return state if builder.chance(50) else results


def _recurrent(builder: Any) -> Tensor:
    """The loop of a gated layer, whose rows do not meet; its last state or results."""
    rows, features = builder.choice((1, 2, 3, 5, 9)), builder.choice(SIZES)
    start = builder.leaf((rows, features), builder.float)
    weight = builder.leaf((features, 2 * features), builder.float)
    x = builder.leaf((builder.choice((1, 2, 3, 7)), rows, features), builder.float)
    is_bounded, waits = builder.chance(60), builder.chance(40)

    def step(state: Tensor, piece: Tensor) -> tuple[Tensor, Tensor]:
        stays, comes = split(state @ weight, 2, axis=1)
        gate = sigmoid(stays + piece)
        new = tanh(comes) if is_bounded else comes * piece
        after = gate * state + (1.0 - gate) * new
        if waits:
            after = where(piece[:, :1] > 0, after, state)
        return after, gate * new

    with recording():
        state, results = scan_over(step, start, x, reverse=builder.chance(40))
    builder.values += [state, results]
    return state if builder.chance(50) else results


def _step(builder: Any, state: Tensor, piece: Tensor) -> tuple[Tensor, Tensor]:
    """One step: some nodes, of which one gives the next state, and one the result."""
    from executors.native.growth import GROW  # it has this rule too

    outside, builder.values = builder.values, [state, piece]
    builder.is_inside = True
    for _ in range(builder.source.integer(1, 3)):
        GROW[builder.choice(p.PRIMITIVES)](builder)
    made = builder.values
    builder.values = outside + [v for v in made[2:] if v.origin.primitive is None]
    builder.is_inside = False
    fits = [v for v in made if v.dtype == state.dtype and _broadcasts(v.shape, state.shape)]
    after = state * 0.5 + builder.choice(fits[-3:])
    # Its slope is found from its result, for which the state after a step is kept.
    bounded = (-(after * after)).exp() if builder.chance(50) else after
    return bounded, builder.choice(made[-4:])


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    pairs = zip(shape[::-1], to[::-1], strict=False)
    return len(shape) <= len(to) and all(n in {1, m} for n, m in pairs)
