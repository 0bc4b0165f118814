"""The graphs of a model, its loss and its metrics, saved in the run folder.

    StoredGraph    a graph for one sample, and the variables that it reads, by path
    StoredModel    a module made of one
    Measures       loss and metrics of a model, made of one
    save_graphs    write both; load_graphs: read them

Graphs are for one sample, as a graph has the shapes that it was captured with: many samples run
one after the other inside the executor.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.compile import Compiled
from pellucid.compile import compile as compiled
from pellucid.creation import concat, zeros
from pellucid.data import Dataset
from pellucid.errors import DataError, FileError, GraphError, OptionError
from pellucid.graph import Graph, Value
from pellucid.graph_text import parse
from pellucid.io import safetensors
from pellucid.nn import Module
from pellucid.nn.summary import Summary, summary_of
from pellucid.recordings import USUAL
from pellucid.replay import replayed
from pellucid.strict import strict
from pellucid.tensor import Tensor, holding
from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.history import Values
from pellucid.train.measurements.metrics import RocAuc, SetMetric, for_loss, means_of
from pellucid.train.measurements.terms import by_column, named_outputs, terms_of, total
from pellucid.train.run_files.model_description import About
from pellucid.train.run_files.sample_shapes import check_samples
from pellucid.variables import Variable

ENTRY = "pellucid.graph"
BY_CLASS = "Give a model of its class, in Python: pellucid.load(FOLDER, model=Net())."


@dataclass(frozen=True)
class StoredGraph:
    """A graph whose first inputs are those of one sample, the others variables by `paths`.

    `names`: of its outputs.
    """

    graph: Graph
    paths: tuple[str, ...]
    names: tuple[str, ...]

    def __call__(self, inputs: Sequence[Tensor], variables: Mapping[str, Variable]) -> list[Tensor]:
        """Its outputs: every node applied, in order."""
        given = [*inputs, *(variables[path].read() for path in self.paths)]
        known = replayed(self.graph, given)
        return [known[value.name] for value in self.graph.outputs]

    @property
    def samples(self) -> tuple[Value, ...]:
        """Its inputs that are no variables: one sample."""
        return self.graph.inputs[: max(len(self.graph.inputs) - len(self.paths), 0)]

    def as_dict(self) -> dict[str, Any]:
        """Its place in a file; large constants stand beside it."""
        return {"graph": str(self.graph), "paths": self.paths, "names": self.names}

    @staticmethod
    def captured(
        function: Compiled, examples: Sequence[Any], names: Sequence[str], model: Module
    ) -> "StoredGraph":
        """The graph of a function of one sample. Errors: OptionError for what it cannot keep."""
        found = function.captured(*examples)
        if found.procedure.updates:
            raise OptionError("it changes variables, or draws random numbers, in inference mode.")
        known = {id(variable): path for path, variable in model.variables().items()}
        if not all(id(variable) in known for variable in found.variables):
            raise OptionError("it reads variables that the model does not hold.")
        paths = tuple(known[id(variable)] for variable in found.variables)
        return StoredGraph(found.procedure.graph, paths, tuple(names))


class StoredModel(Module):
    """A model made of its graph: it answers as the one that was trained, in inference mode.

    Its variables have the paths that they had; it has no layers. To train on, make the model by
    its class again. Shapes: those of the model, one or more samples.
    """

    def __init__(self, stored: StoredGraph, arrays: Mapping[str, Any], about: About) -> None:
        self.stored, self.about = stored, about
        for path, array in arrays.items():
            setattr(self, path, Variable(array, name=path, trainable=path in about.trainable))
        self.inference()

    def forward(self, *inputs: Tensor) -> Any:
        """The outputs, sample by sample; several by name. Errors: those of `check_samples`."""
        count = check_samples(self.about.kind, self.stored.samples, inputs)
        rows = [self._row(*(x[i : i + 1] for x in inputs)) for i in range(count)]
        if count == 0:
            return self.nothing()
        return self.named(
            [each[0] if count == 1 else concat(each, axis=0) for each in zip(*rows, strict=True)]
        )

    def nothing(self) -> Any:
        """The outputs for no samples."""
        outputs = self.stored.graph.outputs
        return self.named([zeros((0, *each.shape[1:]), dtype=each.dtype) for each in outputs])

    def named(self, outputs: Sequence[Any]) -> Any:
        """Outputs by their names, where the model has several; one alone as it is."""
        names = self.stored.names
        return outputs[0] if len(names) == 1 else dict(zip(names, outputs, strict=True))

    def _row(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.stored(inputs, self.variables()))

    def predictor(self, executor: str | None = None, precision: str = USUAL) -> Any:
        """Its outputs for any number of samples, which run one after the other, compiled."""
        program = compiled(self._row, executor=executor, precision=precision)
        samples = self.stored.samples

        @strict
        def predict(*inputs: Any) -> Any:
            arrays = [np.asarray(x) for x in inputs]
            if check_samples(self.about.kind, samples, arrays) == 0:
                return self.nothing()
            pairs = zip(arrays, samples, strict=True)
            rows = [np.asarray(x, value.dtype)[:, None] for x, value in pairs]
            outputs = program.loop(*rows)
            return self.named([holding(each.numpy()[:, 0]) for each in outputs])

        return predict

    def summary(self, *input_shape: tuple[int, ...], dtype: Any = None) -> Summary:
        """The layers of the model that was trained, as of `Module.summary`.

        For one sample where no shape is given.
        """
        samples = self.stored.samples
        kind = self.about.kind
        zero = np.zeros((), samples[0].dtype if dtype is None else dtype)
        given = [np.broadcast_to(zero, shape) for shape in input_shape]
        count = check_samples(kind, samples, given) if given else 1
        layers = self.about.layers or {"": kind}
        return summary_of(self.stored.graph, layers, self.variables(), len(samples), count)

    def describe(self) -> str:
        """The model that was trained."""
        return self.about.form


@dataclass(frozen=True)
class Measures:
    """Loss and metrics of a model, from the graph of both; `of_sets` are no means over samples."""

    stored: StoredGraph
    of_sets: tuple[SetMetric, ...] = ()

    def __call__(self, model: Module, data: Dataset, executor: str | None = None) -> Values:
        """Their means over the samples of a set."""
        variables = model.variables()

        def measure(*one: Tensor) -> tuple[Tensor, ...]:
            return tuple(self.stored(one, variables))

        arrays = (*data.inputs, *data.target_arrays)
        wanted = [(v.shape[1:], v.dtype) for v in self.stored.samples]
        given = [(array.shape[1:], array.dtype) for array in arrays]
        if wanted != given:
            raise DataError(
                f"evaluate: samples and targets of {data.name!r} are {given}; those that the run "
                f"learned from {wanted}. They must be alike."
            )
        rows = [array[:, None] for array in arrays]
        columns = compiled(measure, executor=executor).loop(*rows)
        means = [float(column.numpy().astype(np.float64).mean()) for column in columns]
        found = dict(zip(self.stored.names, means, strict=True))
        if self.of_sets:
            outputs = model.predictor(executor)(*data.inputs).numpy()
            found |= {each.name: each.over_set(outputs, data.labels) for each in self.of_sets}
        return found


# ---- files -------------------------------------------------------------------------------


def save_graphs(path: str | os.PathLike[str], trainer: BaseTrainer) -> None:
    """Write the graph of a Trainer's model, and that of loss and metrics; or why there is none."""
    model, data, precision = trainer.model, trainer.train, trainer.options.precision
    metrics = for_loss(trainer.options.metrics, trainer.loss)
    of_samples, terms = means_of(metrics), terms_of(trainer.loss)

    def outputs(*inputs: Tensor) -> Any:
        return named_outputs(trainer.loss, model(*inputs))

    def measure(*one: Tensor) -> tuple[Tensor, ...]:
        inputs, t = one[: len(data.input_rows)], data.by_target(one[len(data.input_rows) :])
        y = outputs(*inputs)
        losses = [term.of(y, t, {}) for term in terms]
        metrics = [metric(y, t).sum() for metric in of_samples]
        return total(terms, losses), *by_column(terms, losses).values(), *metrics

    inputs = [array[:1] for array in data.input_rows]
    targets = [array[:1] for array in data.target_arrays]
    called = [term.name or "outputs" for term in terms]
    names = ["loss", *by_column(terms, terms), *(metric.name for metric in of_samples)]
    with model.mode(training=False):
        found = {
            "outputs": _kept(compiled(outputs, precision=precision), inputs, called, model),
            "measures": _kept(
                compiled(measure, precision=precision), (*inputs, *targets), names, model
            ),
        }
    constants: dict[str, Any] = {}
    entry = About.of(model, trainer.loss).as_dict()
    for name, graph in found.items():
        if isinstance(graph, StoredGraph):
            arrays = [array for _, array in graph.graph.constants if array.size > 16]
            constants |= {f"{name}.{i}": array for i, array in enumerate(arrays)}
            entry[name] = graph.as_dict()
        else:
            entry[name] = graph
    entry["of sets"] = [m.name for m in metrics if type(m) is RocAuc]
    safetensors.save(path, constants, {ENTRY: json.dumps(entry)})


def _kept(
    function: Compiled, examples: Sequence[Any], names: Sequence[str], model: Module
) -> StoredGraph | str:
    """The graph, or why there is none: a model may need a batch, or be no graph."""
    try:
        return StoredGraph.captured(function, examples, names, model)
    except Exception as error:  # of a user's own class, whatever it is
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"  # no diagram


def load_graphs(
    path: str | os.PathLike[str], arrays: Mapping[str, Any], primitives: Sequence[Any] = ()
) -> tuple[StoredModel, Measures | str]:
    """The model of a run with these arrays, and its measures, or why there are none.

    Errors: FileError where there is no graph, or the file is damaged or does not fit the arrays.
    """
    if not os.path.exists(path):
        folder, name = os.path.split(path)
        raise FileError(
            f"load {folder}: it holds no {name}, which Saving(graph=False) leaves out, and a kill "
            f"at the very start. {BY_CLASS}"
        )
    constants, texts = safetensors.load(path)
    try:
        entry = json.loads(texts[ENTRY])
        parts = [_read(entry[name], constants, primitives) for name in ("outputs", "measures")]
        about, areas = About.read(entry), [RocAuc(str(n)) for n in entry.get("of sets", ())]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, GraphError) as error:
        raise FileError(f"load {path}: it is damaged, or not known here: {error}") from error
    outputs, measures = parts
    if isinstance(outputs, str):
        raise FileError(
            f"load {path}: the model's graph for one sample could not be kept ({outputs}). "
            f"{BY_CLASS}"
        )
    for stored in (outputs, measures):
        if isinstance(stored, StoredGraph):
            _check(path, stored, arrays)
    model = StoredModel(outputs, arrays, about)
    return model, measures if isinstance(measures, str) else Measures(measures, tuple(areas))


def _read(entry: Any, constants: Mapping[str, Any], primitives: Sequence[Any]) -> StoredGraph | str:
    if isinstance(entry, str):
        return entry
    graph = parse(entry["graph"], constants=constants.values(), primitives=primitives)
    names = [tuple(str(name) for name in entry[part]) for part in ("paths", "names")]
    return StoredGraph(graph, *names)


def _check(path: str | os.PathLike[str], stored: StoredGraph, arrays: Mapping[str, Any]) -> None:
    """Raise FileError unless the graph reads arrays that are there, of the shapes that it says."""
    count = len(stored.samples)
    for value, name in zip(stored.graph.inputs[count:], stored.paths, strict=False):
        array = arrays.get(name)
        if array is None or (array.shape, array.dtype) != (value.shape, value.dtype):
            there = "none" if array is None else f"{array.dtype} of shape {array.shape}"
            raise FileError(
                f"load {path}: it reads {name!r}, {value.dtype} of shape {value.shape}; the "
                f"weights have {there}. The files are of different runs."
            )
    if count < 1 or len(stored.names) != len(stored.graph.outputs):
        raise FileError(f"load {path}: its inputs or outputs are not those that it names.")
