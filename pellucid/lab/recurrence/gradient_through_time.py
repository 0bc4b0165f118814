"""The same matrix, fifty times.

Question: Why does a plain recurrent network forget what was long ago, and what do gates change?
Do: Take a state through many steps, each of which multiplies it by the same matrix, which turns it
    and makes it a little shorter, as long, or a little longer. See how much a change of the first
    state still matters at the end. Then do so for the memory of an LSTM, with its forget gate half
    open and nearly open.
See: Lines on a logarithmic scale: each step multiplies the derivative by the same number. At 0.9 a
    two hundredth is left after fifty steps, at 1.1 it has become more than a hundredfold. The LSTM
    forgets even faster while its gate is half open; nearly open, it keeps it.
Learn: Through time a derivative is multiplied by the same matrix again and again: it vanishes or
    explodes. Long steps are tamed by clipping gradients. Short memory is mended by a gate, which
    is such a factor that the network sets by itself, near 1 where something is to be remembered.
Source: Bengio, Simard and Frasconi 1994, "Learning long-term dependencies with gradient descent is
    difficult", IEEE Transactions on Neural Networks 5; Hochreiter and Schmidhuber 1997, "Long
    short-term memory", Neural Computation 9.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

Step = Callable[[pc.Tensor, pc.Tensor], tuple[pc.Tensor, ...]]
POINTS = 6  # lengths at which derivatives are taken


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    steps: Annotated[int, Integers(5, 200), "steps", "of the longest way through time"] = 50
    width: Annotated[int, Integers(1, 64), "units", "of the state"] = 8
    shorter: Annotated[float, Uniform(0.0, 1.0), "", "factor of a matrix that shortens"] = 0.9
    longer: Annotated[float, Uniform(1.0, 1.5), "", "factor of a matrix that lengthens"] = 1.1
    forget: Annotated[float, Uniform(-5.0, 10.0), "", "bias of the open forget gate"] = 5.0
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """How large a change of the first state is at the end, over the steps between."""
    lengths = np.linspace(0, settings.steps, POINTS).round().astype(int)
    arms: dict[str, Step] = {
        "shorter": recurrence(settings, settings.shorter),
        "as_long": recurrence(settings, 1.0),
        "longer": recurrence(settings, settings.longer),
        "half_open": memory(settings, 0.0),
        "open": memory(settings, settings.forget),
    }
    sizes = {name: through_time(settings, arm, lengths) for name, arm in arms.items()}
    return {"lengths": lengths, **sizes}


def recurrence(settings: Settings, factor: float) -> Step:
    """One step of a plain recurrence: the state times a matrix that turns and scales it."""
    shape = settings.width, settings.width
    turning = nn.init.Orthogonal()(shape, pc.Generator(settings.seed))
    return lambda hidden, kept: (hidden, kept @ turning * factor)


def memory(settings: Settings, forget: float) -> Step:
    """One step of an LSTM without inputs, whose forget gate has this bias."""
    width = settings.width
    cell = nn.LSTMCell(1, width, rng=pc.Generator(settings.seed))
    bias = np.concatenate([np.zeros(width), np.full(width, forget), np.zeros(2 * width)])
    cell.bias.assign(bias.astype(np.float32))
    nothing = pc.zeros((1, 1))
    return lambda hidden, kept: cell(nothing, (hidden, kept))


def through_time(settings: Settings, step: Step, lengths: Any) -> Any:
    """The length of the derivative of the last state, along a direction, by the first one."""
    first, along = pc.Generator(settings.seed).normal(0.0, 1.0, (2, 1, settings.width)).numpy()
    along = along / np.linalg.norm(along)
    sizes = []
    for length in lengths.tolist():

        def end(kept: pc.Tensor, length: int = length) -> pc.Tensor:
            hidden = pc.zeros_like(kept)
            for _ in range(length):
                hidden, kept = step(hidden, kept)
            last: pc.Tensor = (kept * along).sum()
            return last

        sizes.append(np.linalg.norm(pc.grad(end)(pc.tensor(first)).numpy()))
    return np.array(sizes)


def figure(series: Series) -> Any:
    """Sizes over steps, of plain recurrences at the left, of memories at the right."""
    drawn, (plain, gated) = panels(1, 2, sharey=True)
    draw_plain(plain, series)
    draw_gated(gated, series)
    return drawn


def draw_plain(axes: Any, series: Series) -> None:
    """Derivatives of plain recurrences over steps."""
    for line, arm, label in (
        ("o-", "longer", said("longer")),
        ("s--", "as_long", said("as long")),
        ("^:", "shorter", said("shorter")),
    ):
        axes.plot(
            series["lengths"],
            series[arm],
            line,
            markersize=5,
            label=label,
        )
    axes.set(yscale="log", xlabel=said("steps"), ylabel=said("size of the derivative"))
    axes.set_title(said("plain recurrence"))
    axes.legend(title=said("the matrix makes it"), loc="lower left")


def draw_gated(axes: Any, series: Series) -> None:
    """Derivatives of memories over steps."""
    for line, arm, label in (("o-", "open", said("open")), ("s--", "half_open", said("half open"))):
        axes.plot(
            series["lengths"],
            series[arm],
            line,
            markersize=5,
            label=label,
        )
    axes.set_xlabel(said("steps"))
    axes.set_title(said("memory of an LSTM"))
    axes.legend(title=said("forget gate"), loc="lower left")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The derivative vanishes or explodes with the matrix, and is kept by an open gate."""
    runs = repeated(run, settings, seeds)
    vanished = max(found["shorter"][-1] for found in runs)
    exploded = min(found["longer"][-1] for found in runs)
    forgotten = max(found["half_open"][-1] for found in runs)
    kept = min(found["open"][-1] for found in runs)
    return (
        at_most("derivative at the end where a matrix shortens", vanished, 0.02),
        at_least("derivative where it lengthens", exploded, 50.0),
        at_most("derivative where the forget gate is half open", forgotten, 1e-4),
        at_least("derivative where the gate is nearly open", kept, 0.3),
    )
