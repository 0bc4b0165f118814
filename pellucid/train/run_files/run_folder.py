"""A run is a folder: what was asked for, every step, checkpoints, and pages to look at.

    config.json                     settings, of the start and what was asked for since
    metrics.jsonl                   one line a step and one an epoch
    sessions.jsonl                  when, where and by what it was trained, see `sessions`
    graph.safetensors               what the model computes, see `stored`
    .lock                           see `claim`
    checkpoints/step-*.safetensors  to go on from
    checkpoints/best-*.safetensors  the model after its best epoch
    calibration.json                of its probabilities, see `calibrated`
    model.safetensors               the weights that are kept, since training ended
    curves.png, curves.svg, report.html

    RunFolder   makes, opens and reads such a folder

Everything is written so that a kill at any instant leaves whole files.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pellucid.disk import expanded
from pellucid.errors import FileError
from pellucid.io import append_jsonl, read_jsonl, safetensors, truncate_jsonl, write_atomic
from pellucid.io.files import file_error
from pellucid.io.jsonl import json_value
from pellucid.strict import strict
from pellucid.train.options import BEST
from pellucid.train.policies.final_weights import Kept, kept_now
from pellucid.train.run_files.checkpoint import Checkpoint, Position, best_file, step_file
from pellucid.train.run_files.metric_rows import check_rows
from pellucid.train.run_files.run_settings import CONFIG, read_settings

UNFINISHED = ".*.tmp"  # names that a killed write left behind


@strict
class RunFolder:
    """The folder of one run, and nothing else: it does not know what is trained.

    `config` is what `config.json` holds.
    """

    def __init__(self, path: str | os.PathLike[str], config: Mapping[str, Any]) -> None:
        self.path = Path(expanded(path))
        self.config = dict(config)

    @staticmethod
    def create(path: str | os.PathLike[str], config: Mapping[str, Any]) -> "RunFolder":
        """A new run. Errors: FileError where one is there already, or it cannot be written."""
        run = RunFolder(path, config)
        if run.config_file.exists():
            raise FileError(
                f"run {run.path}: this folder holds a run already. Resume it, or choose a "
                "folder of another name: no run is ever overwritten."
            )
        RunFolder.made(run.checkpoints)
        # The metrics come first: a folder with a config.json is a whole run.
        append_jsonl(run.metrics_file, [])
        run._write_config()
        return run

    @staticmethod
    def made(path: str | os.PathLike[str]) -> Path:
        """A folder, made where it is missing. Errors: FileError."""
        folder = Path(expanded(path))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise file_error("create the run folder", folder, error) from error
        return folder

    @staticmethod
    def open(path: str | os.PathLike[str]) -> "RunFolder":
        """A run that is there. Errors: FileError where there is none, or it is damaged."""
        path = expanded(path)
        return RunFolder(path, read_settings(path))

    def change_config(self, entries: Mapping[str, Any]) -> None:
        """Have the settings hold these entries from now on. Errors: FileError."""
        changed = self.config | json_value(entries)
        if changed != self.config:
            self.config = changed
            self._write_config()

    def _write_config(self) -> None:
        text = json.dumps(json_value(self.config), indent=2)
        write_atomic(self.config_file, text.encode() + b"\n")

    @property
    def config_file(self) -> Path:
        """What was asked for."""
        return self.path / CONFIG

    @property
    def metrics_file(self) -> Path:
        """One line a step and one an epoch."""
        return self.path / "metrics.jsonl"

    @property
    def model_file(self) -> Path:
        """The model that training ended with."""
        return self.path / "model.safetensors"

    @property
    def graph_file(self) -> Path:
        """What the model computes."""
        return self.path / "graph.safetensors"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / "checkpoints"

    def mark(self) -> tuple[Any, ...]:
        """What changes with whatever a Trainer writes: the size of the metrics, checkpoints."""
        try:
            size = self.metrics_file.stat().st_size
        except OSError:
            size = -1
        return size, *self.checkpoint_files()

    def append(self, lines: list[dict[str, Any]], *, durable: bool = False) -> None:
        """Add lines to the metrics file."""
        append_jsonl(self.metrics_file, lines, durable=durable)

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the metrics file; none where the file is missing."""
        return read_jsonl(self.metrics_file) if self.metrics_file.exists() else []

    def rewind(self, step: int, lines: int) -> list[dict[str, Any]]:
        """Forget what was measured after a step; the lines that are left.

        Errors: FileError where they are not as many as the checkpoint counted: a metrics file
        with a gap would be taken for the whole truth.
        """
        for path in (*self.path.glob(UNFINISHED), *self.checkpoints.glob(UNFINISHED)):
            _remove(path)
        left = self.cut(step)
        if left != lines:
            raise FileError(
                f"resume {self.path}: {self.metrics_file.name} holds {left} lines up to step "
                f"{step}; the checkpoint counts {lines}. The file was changed or lost: bring "
                "it back from a copy."
            )
        rows = self.lines()
        check_rows(f"resume {self.path}: {self.metrics_file.name}", rows)
        return rows

    def cut(self, step: int) -> int:
        """Cut the metrics file after a step; how many lines are left."""
        return truncate_jsonl(self.metrics_file, step) if self.metrics_file.exists() else 0

    def checkpoint_files(self) -> list[Path]:
        """The checkpoints, oldest first."""
        return sorted(self.checkpoints.glob("step-*.safetensors"))

    def newest_checkpoint(self) -> Checkpoint | None:
        """The checkpoint to go on from; None where the run was killed before its first.

        Errors: FileError where it is damaged, naming the one before it.
        """
        files = self.checkpoint_files()
        if not files:
            return None
        try:
            return Checkpoint.load(files[-1])
        except FileError as error:
            before = f" The one before it is {files[-2].name}." if len(files) > 1 else ""
            raise FileError(
                f"{error} To go on from the checkpoint before it, delete this one.{before}"
            ) from error

    def save_checkpoint(self, checkpoint: Checkpoint, keep: int, best: Sequence[int]) -> None:
        """Write a checkpoint; then remove all but the newest `keep`, and others than `best` epochs.

        Without best epochs, none of their models is removed.
        """
        checkpoint.save(step_file(self.checkpoints, checkpoint.position.step))
        old = self.checkpoint_files()[:-keep]
        if best:
            kept = [best_file(self.checkpoints, epoch) for epoch in best]
            old += [path for path in self.checkpoints.glob("best-*") if path not in kept]
        for path in (*old, *self.checkpoints.glob(UNFINISHED)):
            _remove(path)

    def remove(self, path: Path) -> None:
        """Remove a file of the run, where it is there. Errors: FileError."""
        _remove(path)

    def save_best(self, epoch: int, arrays: Mapping[str, Any]) -> None:
        """Keep the model's arrays after its best epoch."""
        safetensors.save(best_file(self.checkpoints, epoch), arrays, {"epoch": str(epoch)})

    def forget_model(self) -> None:
        """Remove the model that training ended with, and its calibration: it goes on."""
        _remove(self.model_file)
        _remove(self.path / "calibration.json")

    def best_epochs(self) -> list[int]:
        """The epochs whose weights are kept as the best, in their order."""
        files = self.checkpoints.glob("best-*.safetensors")
        return sorted(int(file.stem.removeprefix("best-")) for file in files)

    def load_best(self, epoch: int) -> dict[str, Any]:
        """The model's arrays after its best epoch."""
        return safetensors.load(best_file(self.checkpoints, epoch))[0]

    def save_model(self, arrays: Mapping[str, Any], weights: str) -> None:
        """Keep the model that training ended with, and which weights these are."""
        safetensors.save(self.model_file, arrays, {"weights": weights})

    def load_model(self, epoch: int | None = None) -> tuple[dict[str, Any], str]:
        """The model that training ended with, and which weights these are.

        Where it was cut off, the weights that it would keep as of the last checkpoint; with an
        `epoch`, those of one of the best. Errors: FileError where the run has none of them, or the
        file is damaged.
        """
        if epoch is not None:
            return self._load_epoch(epoch)
        if self.model_file.exists():
            arrays, texts = safetensors.load(self.model_file)
            return arrays, texts.get("weights", "weights that training ended with")
        checkpoint = self.newest_checkpoint()
        if checkpoint is None:
            raise FileError(
                f"run {self.path}: it holds neither {self.model_file.name} nor a checkpoint. "
                f"Train it first: pellucid resume {self.path}"
            )
        best = checkpoint.best
        trainer = self.config.get("trainer")
        if best.epoch is not None and isinstance(trainer, dict) and trainer.get("keep") == BEST:
            kept = Kept(Position(epoch=best.epoch), best.monitor, kept_now(checkpoint)[1].averaged)
            return self.load_best(best.epoch), f"{kept} so far"
        arrays, kept = kept_now(checkpoint)
        return arrays, f"{kept} so far"

    def _load_epoch(self, epoch: int) -> tuple[dict[str, Any], str]:
        known = self.best_epochs()
        if epoch not in known:
            raise FileError(
                f"run {self.path}: it keeps no weights of epoch {epoch}, but of epochs "
                f"{', '.join(map(str, known)) or 'none'}. More stay with --best 3, in Python "
                "Saving(FOLDER, best=3)."
            )
        return self.load_best(epoch), f"weights of epoch {epoch}, one of the best"

    def load_step(self, step: int) -> tuple[dict[str, Any], str]:
        """The model as it was after a step that a checkpoint holds, and which weights these are.

        Errors: FileError where there is no checkpoint of that step, or it is damaged.
        """
        path = step_file(self.checkpoints, step)
        if not path.exists():
            known = [str(int(file.stem.removeprefix("step-"))) for file in self.checkpoint_files()]
            raise FileError(
                f"run {self.path}: it keeps no checkpoint of step {step}, but of steps "
                f"{', '.join(known) or 'none'}."
            )
        arrays, kept = kept_now(Checkpoint.load(path))
        return arrays, str(kept)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise file_error("remove", path, error) from error
