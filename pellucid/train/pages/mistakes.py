"""What a classifier gets right and wrong, as parts of a page.

Confusions          how often each class was taken for each
confusion_matrix    true classes down, predicted ones along
confused_pairs      the pairs of classes that are most often taken for each other
worst_samples       the samples that are most wrong, as pictures where they are such
each_class          precision, recall and F1 of each class
"""

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data import Dataset
from pellucid.languages import said
from pellucid.measures import ClassificationReport
from pellucid.tables import cell, significant
from pellucid.train.measurements.judging import Judged
from pellucid.train.pages.page import escape, picture, scrolled, table

MOST_CLASSES = 50  # in the matrix: more are many pages wide
SOME_CLASSES = 20  # of them that are shown then
MOST_ROWS = 40
MOST_PAIRS = 10
MOST_PICTURES = 24
MOST_SAMPLES = 10
MOST_FEATURES = 6  # numbers of a sample that are written out

RIGHT, WRONG = "0, 114, 178", "213, 94, 0"  # blue and vermilion, as in the curves
# The share of the colour where one sample of a class is, and where all are: text stays readable.
LIGHTEST = 0.12
DARKEST = 0.55


class Confusions:
    """How often each class was taken for each: the pairs that occur, as classes may be many."""

    def __init__(
        self, true: NDArray[np.int64], predicted: NDArray[np.int64], names: Sequence[str]
    ) -> None:
        self.names = names
        self.totals = np.bincount(true, minlength=len(names))
        keys, counts = np.unique(true * len(names) + predicted, return_counts=True)
        pairs = zip(*np.divmod(keys, len(names)), strict=True)
        self.counts: dict[tuple[int, int], int] = {}
        for (i, j), count in zip(pairs, counts, strict=True):
            self.counts[int(i), int(j)] = int(count)

    def wrong(self) -> list[tuple[int, int, int]]:
        """How often, true and predicted class of each confused pair, the most frequent first."""
        found = [(n, i, j) for (i, j), n in self.counts.items() if i != j]
        return sorted(found, key=lambda pair: (-pair[0], *pair[1:]))

    def by_mistakes(self) -> list[int]:
        """The classes with mistakes, as true or as predicted class; those with the most first."""
        mistakes: dict[int, int] = {}
        for n, *pair in self.wrong():
            for kind in pair:
                mistakes[kind] = mistakes.get(kind, 0) + n
        return sorted(mistakes, key=lambda kind: (-mistakes[kind], kind))


def confusion_matrix(found: Confusions) -> str:
    """True classes down, predicted ones along, darker for larger shares of the true class.

    Of very many classes, those with the most mistakes.
    """
    names = [escape(name) for name in found.names]
    shown = list(range(len(names)))
    told = ""
    if len(names) > MOST_CLASSES:
        shown = sorted(found.by_mistakes()[:SOME_CLASSES])
        told = f" Of {len(names):,} classes, these have the most mistakes."
        if not shown:
            return f"<p>Every sample is right; a matrix of {len(names):,} classes is not shown.</p>"
    heads = "".join(f'<th scope="col" title="{names[j]}">{names[j]}</th>' for j in shown)
    rows = [
        f'<tr><th scope="row" title="{names[i]}">{names[i]}</th>'
        f"{''.join(_cell(found, i, j) for j in shown)}</tr>"
        for i in shown
    ]
    inner = (
        f'<table class="confusion"><thead><tr><th scope="col">true</th>{heads}</tr>'
        f"</thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody></table>"
    )
    rule = "A row for each true class, a column for each predicted one; right ones are blue."
    label = "Confusion matrix: true classes down, predicted ones along"
    return f"<p>{rule}{told}</p>\n{scrolled(label, inner)}"


def _cell(found: Confusions, i: int, j: int) -> str:
    count = found.counts.get((i, j), 0)
    if not count:
        return '<td class="none">0</td>'
    share = f"{LIGHTEST + (DARKEST - LIGHTEST) * count / int(found.totals[i]):.2f}"
    return f'<td style="background:rgba({RIGHT if i == j else WRONG}, {share})">{count:,}</td>'


def confused_pairs(found: Confusions) -> str:
    """The pairs of classes that are most often taken for each other."""
    pairs = found.wrong()[:MOST_PAIRS]
    if not pairs:
        return "<p>No class was taken for another.</p>"
    rows = []
    for count, i, j in pairs:
        total = int(found.totals[i])
        names = found.names[i], found.names[j]
        rows.append((*names, cell(count), cell(total), f"{count / total:.1%}"))
    heads = ("true", "taken for", "times", "of", "share")
    return table("Pairs of classes most confused", heads, rows, texts=2)


def worst_samples(found: Judged, names: Sequence[str]) -> str:
    """The samples that are most wrong: pictures, or rows of a table."""
    predicted = found.predicted
    if predicted is None or found.data.labels.ndim != 1:
        return ""
    wrong = np.flatnonzero(predicted != found.data.labels)
    if not wrong.size:
        return ""
    worst = wrong[np.argsort(-_badness(found)[wrong], kind="stable")]
    pictures = pictures_of(found.data)
    if pictures is None or importlib.util.find_spec("PIL") is None:
        return _rows(found, worst[:MOST_SAMPLES], names)
    figures = []
    for place in worst[:MOST_PICTURES]:
        told, caption = _told(found, place, names)
        image = picture(pictures[place], told)
        figures.append(f"<figure>{image}<figcaption>{caption}</figcaption></figure>")
    counts = _counted(len(figures), len(wrong))
    if found.probabilities is not None:
        counts += said(" p is the probability that the model gave its answer.")
    return f'<p>{counts}</p>\n<div class="pictures">\n{chr(10).join(figures)}\n</div>'


def _counted(shown: int, wrong: int) -> str:
    if wrong == 1:
        return said("The only one that is wrong.")
    if wrong > shown:
        some = f"{wrong:,}"
        return said("{shown} of {wrong} that are wrong, the worst first.", shown=shown, wrong=some)
    return said("All {wrong} that are wrong, the worst first.", wrong=wrong)


def pictures_of(data: Dataset) -> Any:
    """The samples as pictures, (samples, channels, height, width); None where they are none."""
    shape = data.form.shape
    if len(shape) != 3 or shape[0] not in (1, 3):
        shape = data.picture
    if data.vocabulary or len(shape) != 3 or data.form.features != np.prod(shape):
        return None
    return data.rows.reshape(len(data), *shape)


def _badness(found: Judged) -> NDArray[Any]:
    """How wrong each sample is: 1 less the probability of its class, or the margin by scores."""
    rows = np.arange(len(found.data))
    true = found.data.labels
    if found.probabilities is not None:
        return np.asarray(1.0 - found.probabilities[rows, true])
    if found.outputs.ndim == 2 and found.outputs.shape[1] > 1:
        return np.asarray(found.outputs.max(axis=1) - found.outputs[rows, true])
    return np.asarray(np.abs(found.outputs.reshape(len(true))))


def _told(found: Judged, place: int, names: Sequence[str]) -> tuple[str, str]:
    """A mistake in words, and the caption that says it."""
    true, taken = _names(found, place, names)
    number = found.positions[place]
    sure = found.probabilities
    p = "" if sure is None else f"{sure[place, _taken(found, place)]:.3f}"
    told = said("Sample {number}: {true}, taken for {taken}", number=number, true=true, taken=taken)
    told += said(" with probability {p}", p=p) if p else ""
    brief = said("{true}, taken for {taken}", true=escape(true), taken=escape(taken))
    which = said("sample {i}", i=number) + (f", p&nbsp;=&nbsp;{p}" if p else "")
    return told, f"{brief}<br><span>{which}</span>"


def _names(found: Judged, place: int, names: Sequence[str]) -> tuple[str, str]:
    return names[int(found.data.labels[place])], names[_taken(found, place)]


def _taken(found: Judged, place: int) -> int:
    return 0 if found.predicted is None else int(found.predicted[place])


def _rows(found: Judged, worst: NDArray[Any], names: Sequence[str]) -> str:
    heads = [said("sample"), said("true"), said("taken for")]
    features = found.data.rows
    few_features = features.ndim == 2 and features.shape[1] <= MOST_FEATURES
    if found.probabilities is not None:
        heads += [said("p of answer"), said("p of true")]
    if few_features:
        heads += [said("feature {i}", i=i) for i in range(features.shape[1])]
    rows = []
    for place in worst:
        row = [str(found.positions[place]), *_names(found, place, names)]
        if found.probabilities is not None:
            ids = (_taken(found, place), int(found.data.labels[place]))
            row += [f"{found.probabilities[place, i]:.3f}" for i in ids]
        if few_features:
            row += [significant(float(x)) for x in features[place]]
        rows.append(row)
    return table(said("The samples that are most wrong"), heads, rows)


def each_class(report: ClassificationReport) -> str:
    """Precision, recall and F1 of each class; of very many, the worst."""
    rows = report.rows()
    told = ""
    if len(rows) > MOST_ROWS:
        worst = report.worst(MOST_ROWS)
        told = f"<p>The {len(worst)} classes with the least F1 of {len(rows):,}.</p>\n"
        rows = [rows[i] for i in worst]
    heads = ("class", "precision", "recall", "f1", "support")
    means = report.mean_rows()
    bold = range(len(rows), len(rows) + len(means))
    notes = "".join(f"<p>{escape(note)}.</p>" for note in report.notes())
    return (
        told + table("Measures of each class", heads, [*rows, *means], texts=1, best=bold) + notes
    )
