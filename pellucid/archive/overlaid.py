"""The curves of several runs in one figure, a panel for each measure.

overlaid    the figure

Each run has a colour, and a marker that tells it apart without one. What was measured on its
validation set is drawn, and on the training set where it has no other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.archive.entry import Entry, epoch_rows
from pellucid.errors import OptionError
from pellucid.plot.figure import new_figure
from pellucid.plot.style import CYCLE, calm, spread_out
from pellucid.train.measurements.measured import TRAIN, VALIDATION
from pellucid.train.run_files.run_folder import RunFolder

MARKERS = "osD^vPX*"
LINES = ("-", "--", "-.", ":")
MOST_NAMED = 12  # lines in a legend: of more none is found again
LONGEST_NAME = 60  # characters in the legend
INCHES = 2.5  # of a name in the legend

Rows = Sequence[Mapping[str, Any]]


def overlaid(entries: Sequence[Entry]) -> Any:
    """A figure with a panel for each measure, and in it a line for each run.

    Errors: OptionError where no run has ended an epoch, or without Matplotlib.
    """
    rows = [epoch_rows(RunFolder.open(entry.path)) for entry in entries]
    names = list(dict.fromkeys(name for each in rows for row in each for name in row))
    measures = [name.removeprefix(TRAIN) for name in names if name.startswith(TRAIN)]
    if not measures:
        raise OptionError("compare: none of these runs has ended an epoch. There are no curves.")
    size = (5.5 * len(measures), 3.8)
    figure = new_figure(1, len(measures), size, who="compare: Matplotlib, which draws curves")
    for axes, name in zip(figure.axes, measures, strict=True):
        _draw(axes, name, entries, rows)
    if len(entries) <= MOST_NAMED:
        handles, labels = figure.axes[0].get_legend_handles_labels()
        room = max(1, int(size[0] // INCHES))
        figure.legend(
            handles,
            labels,
            loc="outside lower center",
            ncols=min(len(labels), room),
            frameon=False,
            fontsize=9,
        )
    return figure


def _draw(axes: Any, measure: str, entries: Sequence[Entry], rows: Sequence[Rows]) -> None:
    of_runs = []
    sets = set()
    for place, (entry, each) in enumerate(zip(entries, rows, strict=True)):
        part = VALIDATION if any(VALIDATION + measure in row for row in each) else TRAIN
        there = [row for row in each if part + measure in row]
        values = [row[part + measure] for row in there]
        of_runs.append(values)
        sets |= {part} if there else set()
        axes.plot(
            [row["epoch"] for row in there],
            values,
            color=CYCLE[place % len(CYCLE)],
            linestyle=LINES[place // len(CYCLE) % len(LINES)],
            marker=MARKERS[place % len(MARKERS)],
            markersize=4,
            markevery=max(1, len(values) // 12),
            label=_shortened(entry.name),
        )
    axes.set_title(_title(measure, sets), fontsize=11)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    calm(axes)
    spread_out(axes, *of_runs)


def _title(measure: str, sets: set[str]) -> str:
    name = measure.replace("_", " ")
    if len(sets) > 1:
        return f"{name}: validation, or training where there is none"
    return f"{'training' if TRAIN in sets else 'validation'} {name}"


def _shortened(name: str) -> str:
    # A first underscore would hide a line from the legend.
    name = name.lstrip("_") or name
    if len(name) <= LONGEST_NAME:
        return name
    return "..." + name[3 - LONGEST_NAME :]
