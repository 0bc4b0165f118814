"""The compiled step of a training run.

    Task          what is trained, and what is measured
    CompiledStep  step(indices): gather the batch, loss, gradients, update

A step takes only sample numbers: the data stay where they are, and many steps run without
returning to Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.captured import Captured
from pellucid.compile import compile as compiled
from pellucid.creation import zeros
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.functional.reduction import takes_embeddings, threshold_of, told
from pellucid.nn.streams import seed_run
from pellucid.recordings import USUAL, active_recording
from pellucid.tensor import Tensor
from pellucid.train.components import check_parts
from pellucid.train.measurements.evaluation import Loss
from pellucid.train.measurements.measured import MADE
from pellucid.train.measurements.metrics import Metric, SetMetric, for_loss, means_of
from pellucid.train.options import Options
from pellucid.train.policies.final_weights import AVERAGE, MARK, MODEL
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping.feed import Feed
from pellucid.variables import Variable

if TYPE_CHECKING:
    from pellucid.augment.mixing import Mixing
    from pellucid.train.policies.averaging import Averages
    from pellucid.train.policies.recovery import SoundSteps
    from pellucid.train.stepping.micro_batches import Accumulation

OPTIMIZER = "optimizer/"  # before the names of an optimizer's variables, in checkpoints


@dataclass(frozen=True)
class Task:
    """What is trained, and what is measured.

    `averages` of the weights, where some are kept; `mixing` of samples, where they are mixed;
    `micro_batch`: the samples of a batch that are taken at a time, where these are not all;
    `sound`: steps that are not made where they are not finite, where these do not stop training.
    """

    model: Any
    loss: Loss
    optimizer: Any
    metrics: tuple[Metric | SetMetric, ...]
    averages: "Averages | None" = None
    mixing: "Mixing | None" = None
    micro_batch: int | None = None
    sound: "SoundSteps | None" = None

    @staticmethod
    def of(model: Any, loss: Loss, optimizer: Any, options: Options) -> "Task":
        """What a Trainer does with its options."""
        check_parts(model, loss, optimizer)
        averages = None
        if options.average is not None or getattr(optimizer, "averages", dict)():
            from pellucid.train.policies.formula_averages import averages_of  # on use

            averages = averages_of(model, optimizer, options.average)
        seed_run(options.mixing, options.seed)
        metrics = for_loss(options.metrics, loss)
        rule = options.not_finite
        sound = None if rule is None else rule.sound_steps()
        beside = averages, options.mixing, options.micro_batch, sound
        return Task(model, loss, optimizer, metrics, *beside)

    def mixed(self, inputs: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], Loss]:
        """The inputs, mixed where they are to be, and the loss of what the model makes of them."""
        if self.mixing is None:
            return inputs, self.loss
        from pellucid.train.stepping.mixed import mixed

        return mixed(self.mixing, self.loss, inputs)

    def measured(self, outputs: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """The mean of each metric that is one over samples."""
        return {m.name: m(outputs, targets).mean() for m in means_of(self.metrics)}


class CompiledStep:
    """The step of a task on a data set, compiled."""

    def __init__(
        self, task: Task, feed: Feed, executor: str | None, precision: str = USUAL
    ) -> None:
        self.task = task
        self.feed = feed
        if task.mixing is not None:
            from pellucid.train.stepping.mixed import check_mixing  # on use: few runs mix

            check_mixing(task.mixing, feed.data, task.loss)
        self._compiled = compiled(self._step, executor=executor, precision=precision)
        self._parts = self._in_parts()

    def _in_parts(self) -> "Accumulation | None":
        """How a batch is taken in parts, where it is."""
        if self.task.micro_batch is None:
            return None
        from pellucid.train.stepping.micro_batches import in_parts  # on use: few runs need it

        return in_parts(self.task.micro_batch, self.task, self.feed)

    def at_once(self, row: Any) -> Any:
        """As many of the samples of a step as are taken at a time."""
        return row if self._parts is None else row[: self._parts.size]

    def prepare(self, row: Any) -> None:
        """Compile the step for batches of this size: what can be refused is refused now."""
        with self.task.model.mode(training=True), self.feed.cropped(row):
            self._compiled.prepare(row)

    def begin(self, row: Any) -> None:
        """Capture the step, and mark where it begins, if it is to be."""
        self.captured(row)
        if self.task.sound is not None:
            self.task.sound.begin()

    def run(
        self, rows: Any, at: Position | None = None
    ) -> tuple[dict[str, Any], BaseException | None]:
        """One step for each row of sample numbers, which are alike: loss and metrics, as columns.

        `at`: where in training they are. Where one fails, those before it, and what it raised.
        """
        with self.task.model.mode(training=True), self.feed.cropped(rows[0]):
            results, failure = self.feed.run(self._compiled, rows, at)
        columns = {name: column.numpy() for name, column in results.items()}
        return columns or {"loss": np.zeros(0, np.float32), MADE: np.zeros(0, np.bool_)}, failure

    def captured(self, row: Any) -> Captured:
        """The graph of a step, and the variables that it reads and writes."""
        with self.task.model.mode(training=True):
            found: Captured = self._compiled.captured(row)
        return found

    def room_for(self, row: Any) -> int:
        """The bytes that the program of a step of this size takes while it runs."""
        with self.task.model.mode(training=True):
            return int(self._compiled.room_for(row))

    def written(self, row: Any) -> dict[str, Variable]:
        """The variables that a step changes, by their names in its graph."""
        captured = self.captured(row)
        procedure = captured.procedure
        return {
            procedure.graph.inputs[i].name: captured.variables[i - procedure.arguments]
            for i in procedure.updates
        }

    def variables(self, row: Any) -> dict[str, Variable]:
        """Every variable that decides how training goes on, by name, each once.

        What a step writes without belonging to model or optimizer, such as the count of draws
        of a user's own generator, has the name that it has in the graph.
        """
        others = self.written(row).items()  # first: captured, an optimizer may begin to count
        everything = {f"{MODEL}{k}": v for k, v in self.task.model.variables().items()}
        everything |= {f"{OPTIMIZER}{k}": v for k, v in self.task.optimizer.variables().items()}
        if self.task.averages is not None:
            averages = self.task.averages.variables()
            everything |= {f"{AVERAGE}{k}": v for k, v in averages.items()}
        if self.task.sound is not None:
            everything |= {f"{MARK}{k}": v for k, v in self.task.sound.variables().items()}
        known = set(everything.values())
        return everything | {f"other/{k}": v for k, v in others if v not in known}

    def completed(self, arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arrays of a checkpoint, with what the optimizer counts here and had not there."""
        missed = getattr(self.task.optimizer, "missed", None)
        return arrays if missed is None else missed.completed(arrays, OPTIMIZER)

    def _step(self, indices: Tensor) -> dict[str, Tensor]:
        task, parts = self.task, self._parts
        if parts is not None and parts.splits(indices):
            names = [metric.name for metric in means_of(task.metrics)]
            loss, measured = parts.update(self._of_batch, indices, names)
            self._refuse_unheld()
        else:
            loss, measured = self._updated(indices)
        if task.averages is not None:
            task.averages.follow()
        if task.sound is not None:
            measured |= {MADE: task.sound.settle(loss)}
        return {"loss": loss} | measured

    def _updated(self, indices: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """One update from a batch; its loss and metrics before."""
        optimizer = self.task.optimizer
        taken = []

        def compute() -> Tensor:
            loss, measured = self._of_batch(indices)
            taken.append((loss, measured))
            self._refuse_unheld()
            return loss

        if hasattr(optimizer, "minimize_by"):
            optimizer.minimize_by(compute)
        else:  # of the user's own, by a loss alone
            optimizer.minimize(compute())
        return taken[0]

    def _of_batch(self, indices: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss and the metrics of some samples."""
        task = self.task
        inputs, targets = self.feed.batch(indices)
        inputs, loss_of = task.mixed(inputs)
        outputs = task.model(*inputs)
        self._check_outputs(outputs, len(indices))
        loss = loss_of(outputs, targets, **self.feed.batch_weights(indices))
        if not isinstance(loss, Tensor) or loss.shape != ():
            got = f"shape {loss.shape}" if isinstance(loss, Tensor) else f"come out as {loss!r}"
            raise ShapeError(
                f"Trainer: the loss has {got}. It must be one number, such as the mean over "
                "the batch."
            )
        return loss, task.measured(outputs, targets)

    def _refuse_unheld(self) -> None:
        """Refuse trainable variables that a step reads, and that nobody would train or save."""
        record = active_recording()
        if record is None:
            return
        held = set(self.task.model.variables().values())
        held |= set(getattr(self.task.optimizer, "parameters", {}).values())
        names = record.unheld(held)
        if names:
            raise OptionError(
                f"Trainer: a step reads {', '.join(names)}, trainable, which neither the model nor "
                "the optimizer holds: it would be neither trained nor saved. Assign a layer to its "
                "model, self.layer = ...; give a parameter of the loss to the optimizer; or make "
                "it a Buffer."
            )

    def _check_outputs(self, outputs: Tensor, count: int) -> None:
        """Refuse outputs that cannot stand for the classes of the data."""
        data = self.feed.data
        if outputs.shape[:1] != (count,):
            error = ShapeError(
                f"Trainer: the model gave {outputs.shape} for {count} samples. The first axis "
                "of its output must be the samples."
            )
            raise told(error, self.task.loss, outputs, self._targets(count, outputs))
        if threshold_of(self.task.loss) is not None and data.classes > 2:
            raise DataError(
                f"Trainer: {data.name!r} has {data.classes} classes; the loss answers yes or no. "
                "Use cross_entropy, and one output per class."
            )
        scores = outputs.shape[-1]
        if takes_embeddings(self.task.loss):
            return
        if outputs.ndim == data.labels.ndim + 1 and 1 < scores < data.classes:
            error = ShapeError(
                f"Trainer: the model has {scores} outputs; {data.name!r} has "
                f"{data.classes} classes. It needs one output per class."
            )
            raise told(error, self.task.loss, outputs, self._targets(count, outputs))

    def _targets(self, count: int, outputs: Tensor) -> Tensor:
        """Targets of the shape that outputs should have had."""
        classes = max(self.feed.data.classes, 1)
        return zeros((count, *outputs.shape[1:-1], classes))
