"""Nine numbers find an edge, and can be learned.

Question: How does a filter of three by three numbers find the edges of a picture, and who chooses
    its numbers?
Do: Slide a filter with a column of ones, one of zeros and one of minus ones over a small picture of
    numbers, and over two halves, bright and dark. Turn the filter round, as mathematics wants a
    convolution. Then let a layer with nine random numbers learn what the filter does from pictures
    of noise.
See: Where bright meets dark the filter answers 30, where dark meets bright -30, elsewhere 0. The
    filter turned round gives the same with the other sign. The learned filter becomes that of the
    edges, number by number.
Learn: A convolutional layer does not flip its filter: it is a cross-correlation, and since the
    numbers are learned, nothing is lost. One filter finds one thing at every place, with nine
    numbers for a whole picture.
Source: The course's week on convolution, sections 1.2 and 1.3; Goodfellow, Bengio and Courville,
    Deep Learning, MIT Press 2016, section 9.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.functional import convolution, cross_correlation
from pellucid.lab.experiment import Series
from pellucid.lab.films import Film
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

NUMBERS = np.array(
    [
        [3, 0, 1, 2, 7, 4],
        [1, 5, 8, 9, 3, 1],
        [2, 7, 2, 5, 1, 3],
        [0, 1, 3, 1, 7, 8],
        [4, 2, 1, 6, 2, 8],
        [2, 4, 5, 2, 3, 9],
    ],
    np.float32,
)
VERTICAL = np.array([[1.0, 0.0, -1.0]] * 3, np.float32)
BRIGHT_TO_DARK = np.tile(np.repeat(np.array([10.0, 0.0], np.float32), 3), (6, 1))


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    pictures: Annotated[int, Integers(1, 500), "pictures", "of noise to learn from"] = 50
    size: Annotated[int, Integers(3, 64), "pixels", "height and width of each"] = 12
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.05
    steps: Annotated[int, Integers(1, 2000), "updates", "length of the training"] = 120
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """What the filter answers, both ways round, and the filter that is learned, step by step."""
    filters, losses = learn(settings)
    return {
        "numbers": NUMBERS,
        "filtered": slide(NUMBERS, VERTICAL),
        "flipped": slide(NUMBERS, VERTICAL, cross=False),
        "bright_to_dark": slide(BRIGHT_TO_DARK, VERTICAL),
        "dark_to_bright": slide(BRIGHT_TO_DARK[:, ::-1].copy(), VERTICAL),
        "filters": filters,
        "losses": losses,
    }


def slide(picture: Any, weight: Any, *, cross: bool = True) -> Any:
    """The filter at every place of a picture where it fits: (6, 6) -> (4, 4)."""
    operation = cross_correlation if cross else convolution
    return operation(pc.tensor(picture[None, None]), pc.tensor(weight[None, None])).numpy()[0, 0]


def learn(settings: Settings) -> tuple[Any, Any]:
    """The nine numbers before the first step and after each, and the losses."""
    rng = pc.Generator(settings.seed)
    x = rng.normal(0.0, 1.0, (settings.pictures, 1, settings.size, settings.size))
    target = cross_correlation(x, pc.tensor(VERTICAL[None, None]))
    layer = pc.nn.Conv2d(
        1,
        1,
        3,
        rng=rng,
        bias=False,
    )
    optimizer = pc.optim.Adam(layer.parameters(), settings.learning_rate)

    @pc.compile
    def step() -> pc.Tensor:
        loss = pc.functional.mean_squared_error(layer(x), target)
        optimizer.minimize(loss)
        return loss

    filters = [layer.weight.numpy()[0, 0]]
    losses = []
    for _ in range(settings.steps):
        losses.append(step().item())
        filters.append(layer.weight.numpy()[0, 0])
    return np.array(filters), np.array(losses)


def figure(series: Series) -> Any:
    """Numbers and what the filter answers above; halves, and what is learned, below."""
    drawn, axes = panels(2, 4, height=2.3)
    table(axes[0], series["numbers"], said("a picture of numbers"))
    table(axes[1], series["filtered"], said("filter slid over it"))
    table(axes[2], series["flipped"], said("filter turned round"))
    table(axes[3], series["filters"][0], said("filter at the start"))
    table(axes[4], series["bright_to_dark"], said("from bright to dark"))
    table(axes[5], series["dark_to_bright"], said("from dark to bright"))
    table(axes[6], series["filters"][-1], said("learned filter"))
    axes[7].plot(series["losses"])
    axes[7].set(yscale="log", xlabel=said("updates"))
    axes[7].set_title(said("squared error"))
    return drawn


def table(axes: Any, numbers: Any, title: str) -> None:
    """Numbers as a picture, each written into its place."""
    largest = float(np.abs(numbers).max()) or 1.0
    axes.imshow(
        numbers,
        cmap="RdBu_r",
        vmin=-1.6 * largest,
        vmax=1.6 * largest,
    )
    for (row, column), number in np.ndenumerate(np.round(numbers, 2) + 0.0):  # no -0
        axes.text(
            column,
            row,
            f"{number:g}",
            ha="center",
            va="center",
            color="black",
            fontsize=8,
        )
    axes.set_title(title, fontsize=9.5)
    axes.set_axis_off()


def film(series: Series) -> Film:
    """The nine numbers while they are learned."""
    drawn, (left, right) = panels(1, 2)
    filters = series["filters"]
    pictures = 40
    steps = np.linspace(0, len(filters) - 1, pictures).round().astype(int)

    def draw(i: int) -> None:
        for axes, numbers, title in (
            (left, filters[steps[i]], said("learned filter, {step} updates", step=steps[i])),
            (right, VERTICAL, said("filter of vertical edges")),
        ):
            axes.clear()
            table(axes, numbers, title)

    return Film(drawn, draw, pictures)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The learned filter is the filter, to a hundredth."""
    runs = repeated(run, settings, seeds)
    missed = max(np.abs(found["filters"][-1] - VERTICAL).max() for found in runs)
    return (at_most("largest difference of the nine numbers from the filter", missed, 0.02),)
