"""The index that chance cannot flatter.

Question: How does one tell how well groups that were found agree with the true ones?
Do: Let three clouds of points move apart, group the points by their nearest centre at every
    distance, and compare the groups with the truth: by the Rand index, the same adjusted for
    chance, and the mutual information adjusted for chance. Compare groups by lot as well.
See: Groups by lot have a Rand index above one half, and an adjusted one of about 0. As the clouds
    come apart all go to 1.
Learn: The Rand index counts the pairs of points on which two groupings agree, and most pairs are
    apart in both, whatever one does. The adjusted one takes away what chance gives. It is 1 for the
    same groups and may fall below 0, to -1/2 at the least. The adjusted mutual information has a
    formula of the same form and is another measure.
Source: Hubert and Arabie 1985, "Comparing partitions", Journal of Classification 2; Vinh, Epps and
    Bailey 2010, Journal of Machine Learning Research 11; Chacon and Rastrojo, arXiv 2002.03677.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.films import Film
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

# The table of the notes: pairs together in both, in the truth only, in the other only, in neither.
TABLE = pc.measures.PairCounts(
    true_positive=50, false_negative=10, false_positive=5, true_negative=20
)
MARKERS = "os^Dv<>p"


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    clusters: Annotated[int, Integers(2, 8), "clouds", "and groups that are looked for"] = 3
    points: Annotated[int, Integers(5, 200), "points", "of each cloud"] = 60
    farthest: Annotated[float, Uniform(0.0, 20.0), "", "distance from the middle at the end"] = 6.0
    rounds: Annotated[int, Integers(1, 100), "rounds", "of nearest centres and new centres"] = 10
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Points, groups and indices at every distance; indices of groups by lot; of the table."""
    draw = np.random.default_rng(settings.seed)
    k = settings.clusters
    truth = np.repeat(np.arange(k), settings.points)
    spread = draw.standard_normal((len(truth), 2))
    distances = np.linspace(0.0, settings.farthest, 31)
    points = spread + distances[:, None, None] * directions(truth, k)
    groups = np.array([grouped(settings, one, draw) for one in points])
    lots = np.array([draw.integers(0, k, len(truth)) for _ in distances])
    measures = pc.measures
    return {
        "distance": distances,
        "points": points,
        "groups": groups,
        "truth": truth,
        "table": np.array([TABLE.rand_index, TABLE.adjusted_rand_index]),
        "rand": agreement(measures.rand_index, truth, groups),
        "rand_by_lot": agreement(measures.rand_index, truth, lots),
        "adjusted": agreement(measures.adjusted_rand_index, truth, groups),
        "adjusted_by_lot": agreement(measures.adjusted_rand_index, truth, lots),
        "mutual": agreement(measures.adjusted_mutual_information, truth, groups),
    }


def directions(truth: Any, count: int) -> Any:
    """Where each point's cloud moves to: (points, 2), of length 1."""
    angle = 2.0 * np.pi * truth / count + 0.5
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def agreement(index: Any, truth: Any, groupings: Any) -> Any:
    """An index of each grouping."""
    return np.array([index(truth, grouping) for grouping in groupings])


def grouped(settings: Settings, points: Any, draw: np.random.Generator) -> Any:
    """The nearest of some centres, each the mean of its points; the best of three starts."""
    found = []
    for _ in range(3):
        centres = points[draw.choice(len(points), settings.clusters, replace=False)]
        for _ in range(settings.rounds):
            nearest = squares(points, centres).argmin(axis=1)
            kept = [points[nearest == i] for i in range(len(centres))]
            centres = np.array([one.mean(axis=0) if len(one) else points[0] for one in kept])
        found.append((squares(points, centres).min(axis=1).sum(), nearest))
    return min(found, key=lambda one: one[0])[1]


def squares(points: Any, centres: Any) -> Any:
    """Squared Euclidean distances: (points, centres)."""
    return ((points[:, None] - centres) ** 2).sum(axis=2)


def figure(series: Series) -> Any:
    """The clouds at two distances with the groups found, and the indices."""
    drawn, (left, middle, right) = panels(
        1,
        3,
        height=2.9,
        gridspec_kw={"width_ratios": (4, 4, 5)},
    )
    for panel, i in ((left, 8), (middle, -1)):
        clouds(panel, series, i)
    left.set_ylabel("x2")
    indices(right, series, len(series["distance"]))
    return drawn


def clouds(axes: Any, series: Series, i: int) -> None:
    """The points at one distance: markers are the true clouds, colours the groups found."""
    for kind in np.unique(series["truth"]):
        for group in np.unique(series["groups"][i]):
            both = (series["truth"] == kind) & (series["groups"][i] == group)
            look = {"color": f"C{group % 6}", "markersize": 3.5}
            axes.plot(*series["points"][i, both].T, MARKERS[kind], **look)
    far = np.abs(series["points"]).max() * 1.05
    axes.set(
        xlim=(-far, far),
        ylim=(-far, far),
        aspect="equal",
        xlabel="x1",
    )
    axes.set_title(said("distance {distance:.1f}", distance=float(series["distance"][i])))


def indices(axes: Any, series: Series, count: int) -> None:
    """The indices as far as the clouds have come."""
    x = series["distance"][:count]
    axes.plot(
        x,
        series["rand"][:count],
        "-",
        color="C0",
        label=said("Rand"),
    )
    axes.plot(
        x,
        series["adjusted"][:count],
        "--",
        color="C1",
        label=said("adjusted Rand"),
    )
    axes.plot(
        x,
        series["mutual"][:count],
        ":",
        color="C2",
        label=said("adj. mutual info"),
    )
    axes.plot(x, series["rand_by_lot"][:count], "-", color="C0", linewidth=0.7)
    axes.plot(x, series["adjusted_by_lot"][:count], "--", color="C1", linewidth=0.7)
    axes.set(xlabel=said("distance from the middle"), ylim=(-0.1, 1.05))
    axes.set_xlim(0.0, series["distance"][-1])
    axes.set_title(said("agreement (thin: by lot)"))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.12), fontsize=7.5)


def film(series: Series) -> Film:
    """The clouds move apart, and the indices follow."""
    drawn, (left, right) = panels(1, 2)

    def draw(i: int) -> None:
        left.clear()
        right.clear()
        clouds(left, series, i)
        indices(right, series, i + 1)

    return Film(drawn, draw, len(series["distance"]), pause=120)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Chance flatters the one and not the other; both see clouds that are apart."""
    runs = repeated(run, settings, seeds)
    flattered = np.mean([found["rand_by_lot"] for found in runs])
    fair = np.abs(np.mean([found["adjusted_by_lot"] for found in runs]))
    near = np.mean([found["adjusted"][0] for found in runs])
    far = min(found["adjusted"][-1] for found in runs)
    rand, adjusted = runs[0]["table"]
    return (
        at_least("Rand index of groups by lot, on average", flattered, 0.53),
        at_most(
            "adjusted Rand index of groups by lot, on average and without its sign", fair, 0.02
        ),
        at_most("adjusted Rand index where the clouds are one", near, 0.1),
        at_least("adjusted Rand index where they are apart", far, 0.98),
        at_least("lead of the Rand index over the adjusted one, table", rand - adjusted, 0.2),
    )
