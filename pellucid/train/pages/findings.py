"""The parts of a run's report on the trained model: its mistakes and its layers.

findings    all of it for a Trainer, as parts of a page
Findings    results by name, the parts, and what could not be made

Nothing here can end a run: what fails is said in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import OptionError
from pellucid.measures import classification_report, r2
from pellucid.nn.summary import Summary, overview
from pellucid.tables import few, significant
from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.judging import Judged, chosen, judged, outputs_of
from pellucid.train.pages import mistakes
from pellucid.train.pages.curves import can_draw
from pellucid.train.pages.each_output import of_outputs
from pellucid.train.pages.page import escape, section, table
from pellucid.train.pages.svg import element
from pellucid.train.stepping.pace import spoken

MOST_SAMPLES = 10_000
LEAST_SAMPLES = 500
MOST_WORK = 2e11  # floating-point operations: some seconds on two cores
MOST_OUTPUTS = 2**23  # numbers
MOST_INPUTS = 2**27
MOST_CLASSES = 20  # in the plane: more colours are not told apart
WORST = 10
MOST_SKIPPED = 5


@dataclass
class Findings:
    """Results by name, parts of the page by title, and what could not be made, and why."""

    results: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, title: str, make: Callable[[], str]) -> None:
        """A part of the page; where it fails, that is said there."""
        try:
            content = make()
        except OptionError as error:  # of what was not told: no fault
            content = f"<p>Not shown: {escape(error)}</p>"
        except Exception as error:  # of a user's own model, whatever it is
            told = f"{type(error).__name__}: {error}"
            self.faults.append(f"{title}: {told}")
            content = f"<p>This could not be made: {escape(told)}</p>"
        if content:
            self.sections[title] = content


def findings(trainer: BaseTrainer) -> Findings:
    """What a report tells of the model that training ended with."""
    found = Findings(dict(trainer.results))
    summaries: list[Summary] = []
    made = Findings()
    made.add("Architecture", lambda: _architecture(trainer, summaries))
    found.results["parameters"] = f"{_parameters(trainer):,}"
    skipped = trainer.history.skipped
    if skipped:
        shown = ", ".join(map(str, skipped[:MOST_SKIPPED])) + ", ..." * (
            len(skipped) > MOST_SKIPPED
        )
        found.results["steps not made"] = f"{len(skipped):,}: {shown}"
    if trainer.pace.duration:
        first = trainer.pace.first_epoch
        since = f" since epoch {first + 1}" if first else ""
        found.results[f"duration{since}"] = spoken(trainer.pace.duration)
    saving = trainer.options.saving
    if saving is not None and saving.calibrate:
        found.add("Calibration", lambda: _calibration(trainer, summaries, Path(saving.folder)))
    for name, one in of_outputs(trainer):
        title = "Right and wrong" if one.train.classes else "Predictions"
        found.add(f"{title}: {name}" if name else title, partial(_judgement, one, summaries))
    found.sections |= made.sections
    found.add("Before training", lambda: _linted(trainer))
    found.faults += made.faults
    return found


def _linted(trainer: BaseTrainer) -> str:
    """What the linter found before the first step, where it found anything."""
    if not trainer.findings:
        return ""
    lines = [f"<p>{escape(trainer.findings.title)}.</p>"]
    for finding in trainer.findings:
        head, *rest = map(escape, str(finding).splitlines())
        lines.append("<br>".join([f"<p><strong>{head}</strong>", *rest]) + "</p>")
    return "\n".join(lines)


def _parameters(trainer: BaseTrainer) -> int:
    return sum(int(p.size) for p in trainer.model.parameters().values())


def _architecture(trainer: BaseTrainer, summaries: list[Summary]) -> str:
    """The layers, for one sample."""
    model = trainer.model
    inputs = trainer.train.input_rows
    try:
        shapes = [(1, *array.shape[1:]) for array in inputs]
        summary = model.summary(*shapes, dtype=[array.dtype for array in inputs])
    except Exception:  # of a model that needs a batch
        return overview(model)
    summaries.append(summary)
    rows = [
        (row.path, row.kind, str(row.output or "-"), f"{row.parameters:,}", f"{row.flops:,}")
        for row in summary.rows
    ]
    total = ("total", "", "", f"{summary.parameters:,}", f"{summary.flops:,}")
    shown = [*few(rows), total]
    heads = ("layer", "kind", "output shape", "parameters", "FLOPs")
    told = "Work in floating-point operations (FLOPs), output shapes for one sample."
    buffers = f" {summary.buffers:,} numbers are state, not trained." if summary.buffers else ""
    return f"<p>{told}{buffers}</p>\n" + table(
        "Layers of the model", heads, shown, texts=3, best=[len(shown) - 1]
    )


def _judgement(trainer: BaseTrainer, summaries: list[Summary]) -> str:
    """What the model says of a set that it did not learn from, where there is one."""
    data, what = _set(trainer)
    options = trainer.options
    most = _most(data, summaries)
    found = judged(trainer.model, trainer.loss, data, options, most)
    told = f"<p>{escape(_measured_on(trainer, found, data, what))}</p>\n"
    if found.unsound == found.seen:
        return told
    return told + (_of_classes(trainer, found) if data.classes else _of_numbers(trainer, found))


def _set(trainer: BaseTrainer) -> tuple[Dataset, str]:
    """The set that is looked at, and what it is."""
    if trainer.judged is not None:
        return trainer.judged, ""
    if trainer.validation is not None:
        return trainer.validation, "the validation set"
    return trainer.train, "the training set, which it learned from: on others it does worse"


def _calibration(trainer: BaseTrainer, summaries: list[Summary], folder: Path) -> str:
    """Calibrates on the validation set, for the run folder too; told of the judged set as well."""
    from pellucid.train.pages.calibrated import (  # on use: where asked for
        calibrated_part,
        calibration_of,
    )

    options = trainer.options
    seen = []
    for data in (trainer.validation, trainer.judged):
        if data is not None:
            most = _most(data, summaries)
            seen.append(judged(trainer.model, trainer.loss, data, options, most))
    made = calibration_of(seen[0], trainer.history.weights)
    made.save(folder)
    return calibrated_part(made, seen)


def _most(data: Dataset, summaries: list[Summary]) -> int:
    """How many samples are looked at: of a set that is large, or a model that is slow, some."""
    work = max((summary.flops for summary in summaries), default=0)
    fitting = max(LEAST_SAMPLES, int(MOST_WORK / max(work, 1)))
    shapes = [row.output for summary in summaries for row in summary.rows if row.output]
    outputs = int(np.prod(shapes[-1])) if shapes else 1
    inputs = sum(int(np.prod(array.shape[1:])) for array in data.input_rows)
    in_memory = min(MOST_OUTPUTS // max(outputs, 1), MOST_INPUTS // max(inputs, 1))
    return min(len(data), MOST_SAMPLES, fitting, max(1, in_memory))


def _measured_on(trainer: BaseTrainer, found: Judged, data: Dataset, what: str) -> str:
    seen = found.seen
    is_all = found.seen == len(data)
    count = f"all {seen:,}" if is_all else f"{seen:,}, evenly spread, of {len(data):,}"
    told = f"Measured on {count} samples of {data.name!r}"
    told += f" ({what})" if what else ""
    told += f", with {trainer.history.weights}." if trainer.history.weights else "."
    if found.unsound == seen:
        told += " All outputs are nan, so that nothing can be judged."
    elif found.unsound:
        told += f" {found.unsound:,} of them have outputs that are nan, and are left out."
    return told


def _of_classes(trainer: BaseTrainer, found: Judged) -> str:
    """Confusion, mistakes, and measures of each class."""
    data = found.data
    names = data.class_names or tuple(str(i) for i in range(data.classes))
    true, predicted = found.classes()
    confusions = mistakes.Confusions(true, predicted, names)
    report = classification_report(true, predicted, class_names=names)
    parts = [
        ("Decision boundary", _boundary(trainer, data)),
        ("Confusion matrix", mistakes.confusion_matrix(confusions)),
        ("Most confused", mistakes.confused_pairs(confusions)),
        ("Most wrong", mistakes.worst_samples(found, names)),
        ("Class by class", mistakes.each_class(report)),
    ]
    return "\n".join(section(title, content, 3) for title, content in parts if content)


def _boundary(trainer: BaseTrainer, data: Dataset) -> str:
    """The class of every place in the plane, where the data lie in one."""
    is_plane = data.form.shape == (2,) and not data.further and not data.vocabulary
    if not is_plane or data.labels.ndim != 1 or data.classes > MOST_CLASSES or not can_draw():
        return ""
    from pellucid.plot.predictions import decision_boundary  # on use: few data are of a plane

    def decide(places: Any) -> Any:
        there = _at(data, places)
        outputs = outputs_of(trainer.model, there, trainer.options)
        return chosen(outputs, there, trainer.loss, trainer.options.metrics)

    figure = decision_boundary(decide, data)
    told = (
        "Decision boundary: the class that the model chooses at each place of the plane of both "
        f"features, and {len(data):,} samples; wrong ones have an edge."
    )
    return f'<figure class="single">{element(figure, "boundary", told)}</figure>'


def _at(data: Dataset, places: Any) -> Dataset:
    """A set of other features, whose labels say nothing."""
    from dataclasses import replace

    features = np.ascontiguousarray(places, np.float32)
    labels = np.zeros((len(features), *data.labels.shape[1:]), data.labels.dtype)
    return replace(data, features=features, labels=labels)


def _of_numbers(trainer: BaseTrainer, found: Judged) -> str:
    """The fit, or predicted numbers beside the true ones; errors, and the largest."""
    data = found.data
    true = data.labels.reshape(len(data), -1).astype(np.float64)
    outputs = found.outputs.reshape(len(data), -1).astype(np.float64)
    if true.shape != outputs.shape:
        return f"<p>Outputs of shape {outputs.shape[1:]} for targets of {true.shape[1:]}.</p>"
    error = np.abs(outputs - true)
    told = [f"Mean absolute error {significant(float(error.mean()))}"]
    told += [f"largest {significant(float(error.max()))}"]
    if np.isfinite(outputs).all() and (np.ptp(true, axis=0) > 0).all():
        told += [f"R2 {significant(r2(true, outputs))}, the share of the variance explained"]
    parts = [f"<p>{escape('; '.join(told))}.</p>", _fit(trainer, data, true, outputs)]
    order = np.argsort(-error.max(axis=1), kind="stable")[:WORST]
    rows = [(int(found.positions[i]), *(_numbers(x[i]) for x in (true, outputs))) for i in order]
    worst = table("The largest errors", ("sample", "true", "predicted"), rows)
    return "\n".join([*parts, section("Most wrong", worst, 3)])


def _numbers(values: Any) -> str:
    shown = [significant(float(x)) for x in values[:4]]
    return ", ".join(shown) + (", ..." if len(values) > len(shown) else "")


def _fit(trainer: BaseTrainer, data: Dataset, true: Any, outputs: Any) -> str:
    if not can_draw():
        return ""
    from pellucid.plot.predictions import fitted_curve, predicted_and_true

    if data.form.shape == (1,) and not data.further and not data.vocabulary:
        options = trainer.options
        curve = fitted_curve(lambda x: outputs_of(trainer.model, _at(data, x), options), data)
        told = "Fit: what is predicted along the feature, over the samples"
        return f'<figure class="single">{element(curve, "fit", told)}</figure>'
    figure = predicted_and_true(true, outputs)
    told = "Predicted numbers beside the true ones; on the dashed line they are equal"
    return f'<figure class="single">{element(figure, "predicted", told)}</figure>'
