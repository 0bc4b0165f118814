"""How far apart two distributions are, and who still feels it.

Question: How does one measure the distance of two distributions, and which measure can teach?
Do: Let one bell drift away from another, and measure entropy, cross-entropy, the divergence of
    Kullback and Leibler both ways, and that of Jensen and Shannon; the last also for bells that are
    cut off, so that they come to share nothing at all.
See: Cross-entropy is the divergence plus the entropy, which stays the same. The divergences are
    smallest where the bells lie on each other, 0 only if they are also equally wide, and grow
    without end; each direction has its own. That of Jensen and Shannon levels off at 1 bit, which
    is log 2 or 0.693 nats, and once the bells are apart its slope is 0.
Learn: A divergence is at least 0, and 0 only where both are equal: not always above it. It is no
    distance, as it differs by direction. On the plateau of Jensen and Shannon nothing says which
    way is nearer: no gradient, nothing to learn by. Say the unit with the number: log to the base 2
    gives bits, the natural one nats, as losses have them, and 1 nat is 1.4427 bits.
Source: Cover and Thomas, Elements of Information Theory, Wiley 2006, sections 2.1 to 2.6; Arjovsky,
    Chintala and Bottou 2017, "Wasserstein GAN", arXiv 1701.07875, example 1.
"""

import math
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

PLACES = np.linspace(-8.0, 20.0, 281)


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    width_p: Annotated[float, Uniform(0.2, 2.0), "", "standard deviation of the bell at 0"] = 1.0
    width_q: Annotated[float, Uniform(0.2, 2.0), "", "that of the bell that drifts"] = 1.3
    cut: Annotated[float, Uniform(1.0, 4.0), "", "deviations at which a cut bell ends"] = 2.0
    farthest: Annotated[float, Uniform(0.1, 10.0), "", "distance that it drifts to"] = 8.0
    pairs: Annotated[int, Integers(1, 1000), "pairs", "of drawn distributions"] = 100
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """All measures over the distance, in bits; the last of them in nats; and of drawn pairs."""
    distances = np.linspace(0.0, settings.farthest, 81)
    p = bell(0.0, settings.width_p)
    rows = [measured(settings, p, distance) for distance in distances]
    series: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    series |= {"places": PLACES, "p": p, "distance": distances}
    series["slope_js_cut"] = np.gradient(series["js_cut"], distances)
    series["slope_kl"] = np.gradient(series["kl_pq"], distances)
    draw = np.random.default_rng(settings.seed)
    pairs = draw.dirichlet(np.full(5, 0.5), (settings.pairs, 2))
    series["drawn_kl"] = of_pairs(pc.measures.kl_divergence, pairs)
    series["drawn_js"] = of_pairs(pc.measures.js_divergence, pairs)
    return series


def of_pairs(divergence: Any, pairs: Any) -> Any:
    """A divergence of each pair of distributions."""
    return np.array([divergence(p, q) for p, q in pairs])


def bell(centre: float, width: float, cut: float = math.inf) -> Any:
    """Probabilities at all places; from `cut` deviations on there is nothing."""
    z = (PLACES - centre) / width
    heights = np.maximum(np.exp(-z * z / 2.0) - np.exp(-cut * cut / 2.0), 0.0)
    return heights / heights.sum()


def measured(settings: Settings, p: Any, distance: float) -> dict[str, Any]:
    """All that is measured at one distance."""
    q = bell(distance, settings.width_q)
    p_cut = bell(0.0, settings.width_p, settings.cut)
    q_cut = bell(distance, settings.width_q, settings.cut)
    return {
        "q": q,
        "entropy": pc.measures.entropy(p),
        "cross_entropy": pc.measures.cross_entropy(p, q),
        "kl_pq": pc.measures.kl_divergence(p, q),
        "kl_qp": pc.measures.kl_divergence(q, p),
        "js": pc.measures.js_divergence(p, q),
        "js_cut": pc.measures.js_divergence(p_cut, q_cut),
        "js_cut_nats": pc.measures.js_divergence(p_cut, q_cut, base=math.e),
        "is_disjoint": not (p_cut * q_cut).any(),
    }


def figure(series: Series) -> Any:
    """The bells at three moments, the divergences, and the plateau."""
    drawn, (left, middle, right) = panels(1, 3, height=3.6)
    draw_bells(left, series)
    unbounded(middle, series, len(series["distance"]))
    bounded(right, series, len(series["distance"]))
    return drawn


def draw_bells(axes: Any, series: Series) -> None:
    """The bells at three moments."""
    axes.plot(series["places"], series["p"], color="C0")
    for i, line in zip((20, 50, 80), ("--", "-.", ":"), strict=True):
        told = f"d = {series['distance'][i]:.0f}"
        axes.plot(
            series["places"],
            series["q"][i],
            line,
            color="C1",
            label=told,
        )
    axes.set(
        xlabel="x",
        title=said("p and q"),
        ylim=(0.0, 1.45 * series["p"].max()),
    )
    axes.legend(loc="upper right", ncols=2, fontsize=7.5)


def unbounded(axes: Any, series: Series, count: int) -> None:
    """Entropy, cross-entropy and the divergences that grow without end, as far as it has come."""
    names = {
        "cross_entropy": ("-", "H(p, q)"),
        "kl_pq": ("--", "KL(p || q)"),
        "kl_qp": ("-.", "KL(q || p)"),
        "entropy": (":", "H(p)"),
    }
    for name, (line, label) in names.items():
        axes.plot(
            series["distance"][:count],
            series[name][:count],
            line,
            label=label,
        )
    top = float(series["kl_qp"].max() + series["entropy"].max())
    axes.set(
        xlabel=said("distance d"),
        title=said("bits"),
        ylim=(-0.03 * top, 1.05 * top),
    )
    axes.set_xlim(0.0, series["distance"][-1])
    axes.legend(loc="upper left", fontsize=7.5)


def bounded(axes: Any, series: Series, count: int) -> None:
    """The divergence of Jensen and Shannon, whole and cut, and the slope of the cut one."""
    names = {
        "js": ("-", "C2", "JS(p, q)"),
        "js_cut": ("--", "C3", said("JS, bells cut")),
        "slope_js_cut": (":", "C5", said("its slope")),
    }
    for name, (line, colour, label) in names.items():
        axes.plot(
            series["distance"][:count],
            series[name][:count],
            line,
            color=colour,
            label=label,
        )
    axes.axhline(1.0, color="C5", linewidth=0.8)
    axes.text(0.1, 1.03, said("1 bit = 0.693 nats"), fontsize=8)
    axes.set(
        xlabel=said("distance d"),
        title=said("bits"),
        ylim=(-0.05, 1.2),
    )
    axes.set_xlim(0.0, series["distance"][-1])
    axes.legend(loc="center right", fontsize=7.5)


def film(series: Series) -> Film:
    """The bell drifts, and the measures are drawn as it goes."""
    drawn, axes = panels(1, 3)
    count = len(series["distance"])

    def draw(i: int) -> None:
        for panel in axes:
            panel.clear()
        q = series["q"][i]
        p = series["p"]
        axes[0].fill_between(series["places"], p, color="C0", alpha=0.4, label="p")
        axes[0].fill_between(series["places"], q, color="C1", alpha=0.4, label="q")
        axes[0].set(xlabel="x", ylim=(0.0, 1.45 * p.max()))
        axes[0].set_title(said("distance {distance:.1f}", distance=float(series["distance"][i])))
        axes[0].legend(loc="upper right", ncols=2)
        unbounded(axes[1], series, i + 1)
        bounded(axes[2], series, i + 1)

    return Film(drawn, draw, count)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The sum holds, divergences are never below 0, and the plateau is one bit without slope."""
    runs = repeated(run, settings, seeds)
    found = runs[0]
    apart = found["is_disjoint"][:-1] & found["is_disjoint"][1:]
    inside = np.append(apart, False) & np.append(False, apart)  # both neighbours disjoint too
    sum_off = np.abs(found["cross_entropy"] - found["entropy"] - found["kl_pq"]).max()
    least = min(one["drawn_kl"].min() for one in runs)
    most = max(one["drawn_js"].max() for one in runs)
    plateau = np.abs(found["js_cut"][inside] - 1.0).max(initial=0.0)
    nats = np.abs(found["js_cut_nats"][inside] - math.log(2.0)).max(initial=0.0)
    still = np.abs(found["slope_js_cut"][inside]).max(initial=0.0)
    slope = found["slope_kl"][inside].min() if inside.any() else math.nan
    return (
        at_most("how far cross-entropy is from entropy plus divergence (bits)", sum_off, 1e-9),
        at_least("smallest divergence of drawn pairs (bits)", least, 0.0),
        at_most("largest Jensen-Shannon divergence of drawn pairs (bits)", most, 1.0),
        at_most("how far the plateau is from 1 bit, where bells share nothing", plateau, 1e-9),
        at_most("how far it is from log 2, in nats", nats, 1e-9),
        at_most("steepest slope of the plateau (bits)", still, 1e-9),
        at_least("slope of the other divergence at the same distances (bits)", slope, 1.0),
    )
