"""Pictures: the scores of a search against each hyperparameter, the losses of a ramp of rates.

save_picture    draw Results or a RateFinding into a file
"""

from pathlib import Path
from typing import Any

from pellucid.disk import AnyPath, expanded
from pellucid.errors import OptionError
from pellucid.io.files import file_error
from pellucid.optim.rates import RateFinding
from pellucid.plot.figure import new_figure
from pellucid.plot.style import BLUE, GREY, VERMILION, calm, spread_out
from pellucid.strict import strict
from pellucid.tune.space import Choice, Integers, LogUniform
from pellucid.tune.trials import Results, best_first, word


@strict
def save_picture(found: Results | RateFinding, path: AnyPath) -> Path:
    """Draw into a PNG, SVG or PDF file; the path.

    Of a search: one panel for each hyperparameter, a dot for each trial, the best one marked.
    Of learning rates: the loss of each step and its mean, with the suggested rate.

    Errors: OptionError where Matplotlib is not installed or the file's kind is unknown;
        FileError where it cannot be written.
    """
    columns = len(found.space) if isinstance(found, Results) else 1
    figure = new_figure(1, columns, (1.6 + 3.0 * columns, 3.4), sharey=True)
    panels = figure.axes
    if isinstance(found, Results):
        _draw_results(panels, found)
    else:
        _draw_rates(panels[0], found)
    path = expanded(path)
    try:
        figure.savefig(path, dpi=144)
    except ValueError as error:
        raise OptionError(f"save_picture: {path}: {error}. Name a .png file.") from error
    except OSError as error:
        raise file_error("draw", path, error) from error
    return Path(path)


def _draw_results(panels: Any, found: Results) -> None:
    trials = best_first(found.trials)
    if not trials:
        raise OptionError("save_picture: no trial has a score. There is nothing to draw.")
    scores = [trial.score for trial in trials]
    for axes, (name, values) in zip(panels, found.space.items(), strict=True):
        seen = [trial.point[name] for trial in trials]
        if isinstance(values, Choice):
            names = [word(value) for value in values.values]
            seen = [names.index(word(value)) for value in seen]
            axes.set_xticks(range(len(names)), names)
        elif isinstance(values, LogUniform | Integers) and values.low > 0:
            axes.set_xscale("log" if values.high >= 8 * values.low else "linear")
        axes.plot(seen, scores, "o", color=BLUE, alpha=0.6, markersize=5, label="trial")
        axes.plot(
            seen[:1],
            scores[:1],
            "s",
            color=VERMILION,
            markersize=8,
            label="best",
        )
        axes.set_xlabel(name.replace("_", " "))
        calm(axes)
    panels[0].set_ylabel("score")
    spread_out(panels[0], scores[::-1], far=10)
    panels[-1].legend(loc="best", frameon=False)


def _draw_rates(axes: Any, found: RateFinding) -> None:
    axes.plot(
        found.rates,
        found.losses,
        color=GREY,
        linewidth=0.8,
        label="each step",
    )
    axes.plot(found.rates, found.smoothed, color=BLUE, label="mean")
    axes.axvline(
        found.suggested, color=VERMILION, linestyle="--", label=f"suggested: {found.suggested:g}"
    )
    axes.set_xscale("log")
    start = found.smoothed[0]
    least = found.smoothed.min()
    axes.set_ylim(least - 0.1 * (start - least), start + 0.5 * (start - least))
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.legend(loc="best", frameon=False)
    calm(axes)
