"""Writing a run down while it goes on, without ever stopping it.

    Recorder    metrics, checkpoints, best and final model, in a run folder; or nowhere

A disk that is full ends no training: what could not be written is said once, kept in memory,
and tried again with the next checkpoint.
"""

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.capacity import in_words
from pellucid.errors import FileError
from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.history import Record
from pellucid.train.pages.report import draw
from pellucid.train.run_files.budget import make_room, size_of
from pellucid.train.run_files.checkpoint import Checkpoint, Position
from pellucid.train.run_files.claim import Claim
from pellucid.train.run_files.run_folder import RunFolder
from pellucid.train.run_files.saves import Saving
from pellucid.train.run_files.sessions import Session


class Recorder:
    """Keeps a run folder up to date; with `saving=None` it does nothing."""

    def __init__(self, saving: Saving | None) -> None:
        self.saving = saving
        self.folder: RunFolder | None = None
        self.error: FileError | None = None
        self.lines = 0
        self._waiting: list[dict[str, Any]] = []
        self._saved = time.monotonic()
        self._saved_at: Position | None = None
        self._written: set[int] = set()
        self._is_short = False
        self._claim: Claim | None = None
        self._session = Session()
        self._depth = 0
        self._left: Any = None

    @contextmanager
    def alone(self, *, untouched: bool = True) -> Iterator[None]:
        """Inside, no other Trainer writes into the folder; it may be nested.

        Errors: FileError where one does, or has done since the last time if it must be `untouched`.
        """
        depth = self._depth
        try:
            self._depth = depth + 1
            if depth == 0 and self.folder is not None:
                self._take(self.folder.path)
                if untouched:
                    self._check_untouched(self.folder)
            try:
                yield
            finally:
                if depth == 0 and self.folder is not None:
                    self._left = self.folder.mark()
        finally:
            self._depth = depth
            if depth == 0 and self._claim is not None:
                self._claim.release()

    def _take(self, folder: Path) -> None:
        if self._claim is None:
            self._claim = Claim(folder)
        self._claim.take()

    def _check_untouched(self, folder: RunFolder) -> None:
        if self._left is not None and folder.mark() != self._left:
            raise FileError(
                f"run {folder.path}: another Trainer has written into it since this one did. "
                "Call resume() to go on from what is there, or choose another folder."
            )

    def _check_claim(self) -> None:
        claim = self._claim
        if self._depth and claim is not None and not claim.is_had:
            raise FileError(
                f"write {claim.folder}: this process was forked while its parent trains there, "
                "which alone writes into it. End a forked child with os._exit()."
            )

    def settle(self, config: Callable[[], Mapping[str, Any]]) -> bool:
        """Have the run folder hold these settings; whether it is made for that.

        Errors: FileError where it cannot be made, as nothing is lost yet.
        """
        is_new = False
        if self.saving is None:
            return is_new
        if self.folder is not None:
            self.write(lambda folder: folder.change_config(config()))
        else:
            self._take(RunFolder.made(self.saving.folder))
            self.folder = RunFolder.create(self.saving.folder, config())
            is_new = True
        self.write(lambda folder: self._session.begin(folder.path))
        return is_new

    def open(self) -> RunFolder:
        """Open the run folder that is there. Errors: FileError."""
        if self.saving is None:
            raise FileError(
                "resume: this Trainer keeps no run folder. Give it the folder of the run: "
                "Options(saving=Saving(folder))."
            )
        folder = RunFolder.open(self.saving.folder)
        self._take(folder.path)
        self.folder = folder
        return folder

    def resumed(self, lines: int, best: int | None) -> None:
        """What the opened folder holds already."""
        self.lines = lines
        self._written = set() if best is None else {best}

    def is_due(self, position: Position) -> bool:
        """Whether it is time for a checkpoint."""
        saving = self.saving
        if saving is None or self.folder is None or position == self._saved_at:
            return False
        return saving.is_due(position, time.monotonic() - self._saved)

    def add(self, records: Iterable[Record]) -> None:
        """Write records down."""
        if self.folder is None:
            return
        self._waiting += [record.as_dict() for record in records]
        if self.error is None:
            self._try(self._flush)

    def checkpoint(
        self, checkpoint: Checkpoint, weights: Mapping[int, Any], best: Sequence[int]
    ) -> bool:
        """Write a checkpoint, and before it the best models that it names; whether that worked.

        In this order a kill in between leaves a checkpoint whose metrics and best model exist.
        `weights`: those of epochs, unless they are there; `best`: the epochs whose weights stay.
        """
        folder = self.folder
        saving = self.saving
        if folder is None or saving is None:
            return False

        def write() -> None:
            self._flush(durable=True)
            new = {epoch: weights[epoch] for epoch in weights.keys() - self._written}
            self._make_room(folder, [checkpoint.arrays, *new.values()], best)
            for epoch in sorted(new):
                folder.save_best(epoch, new[epoch])
                self._written.add(epoch)
            folder.save_checkpoint(checkpoint, saving.checkpoints, best)

        self._saved = time.monotonic()
        self._saved_at = checkpoint.position
        if done := self._try(write):
            # With it, everything that waited has been written.
            self.error = None
        return done

    def _make_room(self, folder: RunFolder, coming: Sequence[Any], best: Sequence[int]) -> None:
        """Remove what is oldest where the budget of disk is used up; say so the first time."""
        saving = self.saving
        if saving is None or saving.budget is None:
            return
        wanted = sum(size_of(arrays.values()) for arrays in coming)
        removed = make_room(folder, saving.budget, wanted, best)
        if removed and not self._is_short:
            self._is_short = True
            warnings.warn(
                f"run {folder.path}: the budget of {in_words(saving.budget)} has no room for all "
                f"that is to stay: {removed[0].name} was removed. From now on the oldest goes "
                "before a new one comes, never the newest and the best.",
                stacklevel=3,
            )

    def write(self, what: Callable[[RunFolder], Any]) -> None:
        """Write something else into the run folder."""
        folder = self.folder
        if folder is not None:
            self._try(lambda: what(folder))

    def keep_graph(self, trainer: BaseTrainer) -> None:
        """What the model computes, unless it was left out, or is there already."""
        folder = self.folder
        saving = self.saving
        if folder is None or saving is None or not saving.graph:
            return
        if not folder.graph_file.exists():
            from pellucid.train.run_files.stored import (
                save_graphs,  # on use: most programs read no text
            )

            self.write(lambda folder: save_graphs(folder.graph_file, trainer))

    def draw(self, trainer: BaseTrainer) -> None:
        """How training ended, and what is there to look at, where it was not left out."""
        self.write(lambda _: self._session.end(trainer))
        if self.saving is not None and self.saving.report:
            self.write(lambda folder: draw(trainer, folder))
        trainer.history.file_error = str(self.error or "")

    def forget_after(self, step: int) -> None:
        """Take back what was written about later steps."""
        self._waiting = [line for line in self._waiting if line["step"] <= step]
        folder = self.folder
        if folder is not None:
            self._try(lambda: self._cut(folder, step))

    def _cut(self, folder: RunFolder, step: int) -> None:
        self.lines = folder.cut(step)

    @property
    def expected_lines(self) -> int:
        """The lines of the metrics file once all are written."""
        return self.lines + len(self._waiting)

    def _flush(self, *, durable: bool = False) -> None:
        if self.folder is not None and (self._waiting or durable):
            self.folder.append(self._waiting, durable=durable)
            self.lines += len(self._waiting)
            self._waiting = []

    def _try(self, write: Callable[[], Any]) -> bool:
        """Whether writing worked; carry on where it fails, and say so the first time."""
        try:
            self._check_claim()
            write()
        except FileError as error:
            self._say(error)
            return False
        except (MemoryError, SystemError) as error:  # the latter where a library hides the former
            folder = self.folder.path if self.folder is not None else ""
            told = f": {error}" if str(error) else ""
            self._say(FileError(f"write {folder}: there is not enough memory{told}."))
            return False
        return True

    def _say(self, error: FileError) -> None:
        if self.error is None:
            self.error = error
            message = f"{error} Training goes on; checkpoints before this one stay whole."
            warnings.warn(message, stacklevel=3)
