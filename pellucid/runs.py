"""Runs in Python: one opened, with its model, data, history and settings; and many as a table.

load      open the folder of a run
Run       what is in it
listed    the runs below a folder: `Runs`, a table that is sorted, chosen from and compared
tag, note, rename, remove    what is written on a run, its name, and its end
write_card    MODEL.md: what is known of its model
"""

import functools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pellucid.archive import Entry, Runs, listed
from pellucid.archive.card import write_card
from pellucid.archive.changing import note, remove, rename, tag
from pellucid.cli.data_facts import DataFacts, read_facts
from pellucid.cli.recipe import Recipe, build_trainer, read_recipe, trained_model
from pellucid.cli.run_data import data_of, moved
from pellucid.cli.suited_loss import loss_of, metrics_of
from pellucid.data import Dataset
from pellucid.disk import AnyPath, expanded
from pellucid.errors import DataError, FileError, OptionError, StateError
from pellucid.nn import Module
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.train import History, RunFolder, Trainer, evaluate
from pellucid.train.measurements.history import Values
from pellucid.train.run_files.metric_rows import check_rows
from pellucid.train.run_files.stored import Measures, StoredModel, load_graphs

__all__ = [
    "Entry",
    "Run",
    "Runs",
    "listed",
    "load",
    "note",
    "remove",
    "rename",
    "tag",
    "write_card",
]


@strict
def load(
    folder: AnyPath,
    *,
    model: Module | None = None,
    primitives: Sequence[Any] = (),
    data_dir: AnyPath | None = None,
    epoch: int | None = None,
) -> "Run":
    """Open a run: of the command line, or of a Trainer with `Saving(folder)`.

    Its model is built as it was by `pellucid train`; that of a class of your own is made from
    its graph, which predicts and evaluates without the class, or is the `model` that is given,
    which takes the weights, and can be trained on. `primitives`: the classes of operations of
    your own, which the graph names. `data_dir`: where the data of a run of the command line are
    now, if they have moved. `epoch`: with the weights of that epoch, one of the best, of which more
    stay with `Saving(FOLDER, best=3)`.

    Errors: FileError where there is no run or epoch, or it is damaged; StateError where the weights
    do not fit the model; OptionError for a `data_dir` of data that were given in Python.
    """
    if Path(expanded(folder)).is_file():
        raise FileError(
            f"load {folder}: this is a file. Give the folder of a run; a model takes a file of "
            "weights by model.load(FILE)."
        )
    run = RunFolder.open(folder)
    if "recipe" in run.config:
        recipe = read_recipe(run)
        facts = read_facts(run)
        built, weights = trained_model(run, recipe, facts.form, epoch=epoch)
        if model is not None:
            _give(model, built.state_dict(), run.path)
        made_by = moved(recipe, data_dir), facts
        return Run(run, model or built, weights, made_by)
    if data_dir is not None:
        raise OptionError(
            f"load {run.path}: data_dir {os.fspath(data_dir)!r}, for data that were given to a "
            "Trainer in Python. Leave it out."
        )
    arrays, weights = run.load_model(epoch)
    if model is None:
        model, measures = load_graphs(run.graph_file, arrays, primitives)
        return Run(run, model, weights, None, measures)
    _give(model, arrays, run.path)
    return Run(run, model, weights, None, _measures(run, arrays, primitives))


def _give(model: Module, arrays: Any, folder: Path) -> None:
    try:
        model.load_state_dict(arrays)
    except StateError as error:
        raise StateError(f"load {folder}: {error}") from None


def _measures(run: RunFolder, arrays: Any, primitives: Sequence[Any]) -> Measures | str:
    """Loss and metrics as they were kept, or why they are not there."""
    try:
        return load_graphs(run.graph_file, arrays, primitives)[1]
    except FileError as error:
        return str(error)


@strict
class Run:
    """A run that was opened: `model` holds `weights`, "weights of epoch 6, the best by ...".

    `settings` is what `config.json` holds.
    """

    def __init__(
        self,
        folder: RunFolder,
        model: Any,
        weights: str,
        made_by: tuple[Recipe, DataFacts] | None,
        measures: Measures | str = "",
    ) -> None:
        self.folder = folder.path
        self.settings = folder.config
        self.model: Module = model.inference()
        self.weights = weights
        self._run = folder
        self._made_by = made_by
        self._measures = measures

    @functools.cached_property
    def history(self) -> History:
        """What was measured. Errors: FileError where the metrics file is damaged."""
        lines = self._run.lines()
        check_rows(f"load {self._run.metrics_file}", lines)
        history = History(weights=self.weights)
        history.add_lines(lines)
        return history

    @functools.cached_property
    def data(self) -> Any:
        """The sets `train`, `validation` and `test`, loaded as they were for training.

        Errors: DataError where they were given in Python, and only their owner has them.
        """
        if self._made_by is None:
            name = self.settings.get("trainer", {}).get("data")
            raise DataError(
                f"run {self.folder}: its data, {name!r}, were given to a Trainer in Python, and "
                "are not in the folder. Load them as then."
            )
        return data_of(*self._made_by)

    def predict(self, *inputs: Any) -> Tensor:
        """The model's outputs for a batch of inputs, in inference mode."""
        outputs: Tensor = self._predict(*inputs)
        return outputs

    @functools.cached_property
    def _predict(self) -> Any:
        if self._made_by is None:  # its graph has the rounding in it
            return self.model.predictor()
        return self.model.predictor(precision=self._made_by[0].of_products)

    def evaluate(self, data: Dataset | None = None) -> Values:
        """Loss and metrics on a set; left out, on the run's own test set.

        Errors: DataError for data of another form, or where there is no test set.
        """
        chosen = self.data.test if data is None else data
        if chosen is None:
            raise DataError(f"run {self.folder}: it has no test set. Give a set to evaluate on.")
        if self._made_by is not None:
            recipe, facts = self._made_by
            measures = loss_of(recipe, facts.form), chosen, metrics_of(facts.form)
            return evaluate(self.model, *measures, precision=recipe.of_products)
        if isinstance(self._measures, str):
            raise OptionError(
                f"run {self.folder}: loss and metrics could not be kept ({self._measures}). Use "
                "pellucid.train.evaluate(run.model, loss, data, metrics)."
            )
        return self._measures(self.model, chosen)

    def trainer(self) -> Trainer:
        """A Trainer that goes on from the newest checkpoint, as `pellucid resume` does.

        Errors: OptionError for a run that a Trainer made in Python, which must be made again.
        """
        if self._made_by is None:
            raise OptionError(
                f"run {self.folder}: a Trainer in Python made it. Make one again with the same "
                "model, data and Options(saving=Saving(FOLDER)), and call its resume()."
            )
        made = build_trainer(self._made_by[0], self.data, self.folder, ())
        made.resume()
        return made

    def __repr__(self) -> str:
        count = len(self.history.epochs.get("epoch", ()))
        known = self.settings.get("trainer", {})
        data = known.get("data") if isinstance(known, dict) else None
        stored = isinstance(self.model, StoredModel)
        kind = self.model.describe().partition("(")[0] if stored else type(self.model).__name__
        return f"Run {self.folder}: {kind} on {data!r}, {count} epochs; {self.weights}"
