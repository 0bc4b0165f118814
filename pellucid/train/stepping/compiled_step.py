"""The compiled step of a training run.

    Task          what is trained, and what is measured
    CompiledStep  step(indices): gather the batch, loss, gradients, update

A step takes only sample numbers: the data stay where they are, and many steps run without
returning to Python.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.captured import Captured
from pellucid.compile import compile as compiled
from pellucid.errors import OptionError
from pellucid.functional.reduction import weighed
from pellucid.nn.streams import seed_run
from pellucid.recordings import USUAL, active_recording
from pellucid.tensor import Tensor
from pellucid.train.components import check_parts
from pellucid.train.measurements.evaluation import Loss
from pellucid.train.measurements.measured import MADE
from pellucid.train.measurements.metrics import Metric, SetMetric, for_loss, means_of
from pellucid.train.measurements.terms import LossTerm, by_column, named_outputs, terms_of, total
from pellucid.train.options import Options
from pellucid.train.policies.final_weights import AVERAGE, MARK, MODEL
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping.checked_outputs import check_loss, check_outputs
from pellucid.train.stepping.feed import Feed
from pellucid.variables import Variable

if TYPE_CHECKING:
    from pellucid.augment.mixing import Mixing
    from pellucid.train.policies.averaging import Averages
    from pellucid.train.policies.recovery import SoundSteps
    from pellucid.train.stepping.micro_batches import Accumulation, Parts
else:
    Parts = Any

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

    @property
    def terms(self) -> tuple[LossTerm, ...]:
        """The losses that it is trained on."""
        return terms_of(self.loss)

    def measured(self, outputs: Any, targets: Any) -> dict[str, Tensor]:
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
        task = self.task
        parts = self._parts
        if parts is not None and parts.splits(indices):
            names = [metric.name for metric in means_of(task.metrics)]
            of_part = partial(self._of_batch, is_part=True)
            loss, measured = parts.update(of_part, indices, names)
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
            found, measured = self._of_batch(indices)
            losses = [loss for loss, _ in found]
            loss: Tensor = total(self.task.terms, losses)
            taken.append((loss, by_column(self.task.terms, losses) | measured))
            self._refuse_unheld()
            return loss

        if hasattr(optimizer, "minimize_by"):
            optimizer.minimize_by(compute)
        else:  # of the user's own, by a loss alone
            optimizer.minimize(compute())
        return taken[0]

    def _of_batch(self, indices: Tensor, *, is_part: bool = False) -> Parts:
        """The loss of each term, and the metrics, of some samples.

        Of those that are a part of a batch, each loss has what it is divided by beside it.
        """
        task = self.task
        inputs, targets = self.feed.batch(indices)
        inputs, loss_of = task.mixed(inputs)
        outputs = named_outputs(task.loss, task.model(*inputs))
        weights = self.feed.batch_weights(indices)
        losses: list[tuple[Tensor, list[Any]]] = []
        watch: Any = weighed if is_part else nullcontext
        for term in terms_of(loss_of):
            check_outputs(term, self.feed.data, outputs, len(indices))
            with watch() as divisors:
                loss = term.of(outputs, targets, weights)
            check_loss(term, loss)
            losses.append((loss, divisors))
        return losses, task.measured(outputs, targets)

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
