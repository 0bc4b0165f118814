"""Where training stands: written into the run folder, and taken up again from there.

Course    saves and resumes a Trainer's run
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pellucid.state import held, restore
from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.history import History, Steps
from pellucid.train.policies.early_stopping import Watch
from pellucid.train.policies.final_weights import Keeper
from pellucid.train.run_files.budget import check_budget
from pellucid.train.run_files.checkpoint import Checkpoint, Position
from pellucid.train.run_files.clock import Clock
from pellucid.train.run_files.recorder import Recorder
from pellucid.train.run_files.run_folder import RunFolder
from pellucid.train.same_run import check_identity
from pellucid.train.stepping.compiled_step import CompiledStep
from pellucid.train.stepping.stepper import Stepper

if TYPE_CHECKING:
    from pellucid.train.policies.recovery import Recovery

Identity = Callable[[], Mapping[str, Any]]  # what a run that goes on shares; only where it is used


@dataclass(frozen=True, eq=False)
class Course:
    """The parts of a Trainer that a checkpoint is made of."""

    program: CompiledStep
    stepper: Stepper
    recorder: Recorder
    watch: Watch
    keeper: Keeper
    clock: Clock

    def variables(self) -> dict[str, Any]:
        """Every variable that decides how training goes on, by name, each once."""
        return dict(self.program.variables(self.stepper.example))

    def write(self, steps: Steps, history: History, not_finite: "Recovery | None") -> None:
        """Write down the steps that were just made, and say which of them were skipped.

        Where one failed, what was written of later ones is left out, and its failure is raised.
        """
        failure = self.stepper.failure
        if failure is not None:
            reached = self.stepper.position.step
            history.forget_after(reached)
            self.recorder.forget_after(reached)
        history.add_steps(steps)
        self.recorder.add(steps)
        if failure is not None:
            raise failure
        if not_finite is not None:
            from pellucid.train.stepping.skipped_steps import tell  # on use

            tell(steps, not_finite)

    def save(self, identity: Identity) -> None:
        """Write a checkpoint, where there is a run folder."""
        recorder = self.recorder
        watch = self.watch
        if recorder.folder is None:
            return
        position = self.stepper.position
        lines = recorder.expected_lines
        with recorder.alone(), held(self.variables()) as held_now:
            arrays = self.keeper.last(held_now)
            seconds = self.clock.seconds
            checkpoint = Checkpoint(arrays, position, watch.best, lines, identity(), seconds)
            if recorder.checkpoint(checkpoint, watch.unwritten, watch.epochs):
                watch.waiting.clear()

    def check_budget(self) -> None:
        """Raise OptionError where the budget of disk has no room for what must stay."""
        saving = self.recorder.saving
        if saving is not None and saving.budget is not None:
            model = [variable.present() for variable in self.keeper.variables()]
            everything = [variable.present() for variable in self.variables().values()]
            check_budget(saving.budget, everything, model)

    def keep(self, history: History, *, restore: bool) -> None:
        """Have model and run folder hold the weights that are kept; the history says which."""
        kept = self.keeper.show(self.watch, self.stepper.position, restore=restore)
        history.weights = str(kept)
        history.restored_epoch = kept.position.epoch if kept.monitor else None
        with held(self.program.task.model.variables()) as arrays:
            self.recorder.write(lambda folder: folder.save_model(arrays, str(kept)))

    def resume(self, trainer: BaseTrainer, identity: Identity) -> History:
        """Take up the newest checkpoint of the run folder; what was measured until then."""
        with self.recorder.alone(untouched=False):
            return self._resume(trainer, self.recorder.open(), identity)

    def _resume(self, trainer: BaseTrainer, folder: RunFolder, identity: Identity) -> History:
        checkpoint = folder.newest_checkpoint()
        history = History()
        if checkpoint is None:
            folder.rewind(0, 0)
            self.save(identity)
            return history
        check_identity(checkpoint.identity, identity(), str(folder.path))
        self.keeper.forget()
        self._go_through(trainer, checkpoint.position)
        arrays = self.program.completed(checkpoint.arrays)
        restore(f"resume {folder.path}", self.variables(), arrays, strict=True)
        lines = folder.rewind(checkpoint.position.step, checkpoint.lines)
        history.add_lines(lines)
        epoch = history.best_epoch = checkpoint.best.epoch
        weights = None if epoch is None else folder.load_best(epoch)
        self.watch.resumed(checkpoint.best, weights, history.epochs)
        self.recorder.resumed(checkpoint.lines, epoch)
        self.clock.resumed(checkpoint.seconds)
        return history

    def _go_through(self, trainer: BaseTrainer, position: Position) -> None:
        """Be where the run was: what callbacks froze and thawed on the way is captured again.

        So steps, and what counts them, hold the variables that they held, in the same order.
        """
        row = self.stepper.example
        deciding = [c for c in trainer.options.callbacks if getattr(c, "decides", False)]
        for epoch in range(position.epoch + 1) if deciding else ():
            self.stepper.move_to(Position(epoch=epoch))
            for callback in deciding:
                callback.ready(trainer)
            self.program.captured(row)
        self.stepper.move_to(position)
