"""`pellucid train DATA --seeds 5`, `--folds 5`: the same run several times, as a group.

    is_group        whether a folder is that of a group
    train_runs      train all runs of a group, and say what came out
    resume_group    go on with a group: what is done stays, what was cut off goes on

A group is a folder with a file that holds its recipe, and a folder for each of its runs, which are
runs like any other. Nothing else says how far a group is: what its runs hold does.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pellucid.archive.entry import Entry, read
from pellucid.archive.grouped import GROUP_FILE, repeats_of
from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_json
from pellucid.cli.recipe import Recipe, load_data, read_recipe, recipe_from
from pellucid.cli.run_folders import folder_for
from pellucid.cli.training import STOPPED_BY, OneRun, recipe_of, use_threads
from pellucid.errors import FileError, OptionError
from pellucid.io import write_atomic
from pellucid.tables import aligned, cell
from pellucid.train import RunFolder
from pellucid.train.measurements.repeated_runs import SPREAD, Repeats
from pellucid.train.pages.curves import can_draw
from pellucid.train.pages.svg import saved


@dataclass(frozen=True)
class RunGroup:
    """A recipe, with so many seeds from its own on, and so many folds; None: one, and none."""

    recipe: Recipe
    seeds: int | None
    folds: int | None

    def members(self) -> Iterator[tuple[str, Recipe]]:
        """The runs by the names of their folders."""
        for seed in range(self.recipe.seed, self.recipe.seed + (self.seeds or 1)):
            of_seed = replace(self.recipe, seed=seed)
            if self.folds is None:
                yield f"seed-{seed}", of_seed
                continue
            before = f"seed-{seed}-" if self.seeds else ""
            for fold in range(1, self.folds + 1):
                yield f"{before}fold-{fold}", replace(of_seed, folds=self.folds, fold=fold)


def is_group(folder: Path) -> bool:
    """Whether a folder is that of a group."""
    return (folder / GROUP_FILE).is_file()


def train_runs(data: str, options: dict[str, Any], output: Output) -> int:
    """Train a new group; the exit code. Errors: FileError where the folder holds something."""
    use_threads(options["threads"])
    seeds = options.pop("seeds")
    folds = options.pop("folds")
    recipe = recipe_of(data, options)
    group = RunGroup(recipe, seeds, folds)
    load_data(next(group.members())[1])  # what is wrong is said before folders are made
    with folder_for(recipe, options["out"]) as folder:
        if is_group(folder) or (folder / "config.json").exists():
            raise FileError(
                f"train {folder}: this folder holds runs already. Go on with them, pellucid "
                f"resume {folder}, or choose another: no run is ever overwritten."
            )
        RunFolder.made(folder)
        _write(folder, group)
        return _trained(group, folder, output, lint=not options["no_lint"])


def resume_group(folder: Path, threads: int | None, output: Output) -> int:
    """Go on with a group; the exit code."""
    use_threads(threads)
    return _trained(_read(folder), folder, output, lint=False)


def _trained(group: RunGroup, folder: Path, output: Output, *, lint: bool) -> int:
    entries: list[Entry] = []
    for name, recipe in group.members():
        entry = _done(name, folder / name)
        if entry is None:
            code = _train(recipe, folder / name, output, lint=lint and not entries)
            if code:
                if output.is_full:
                    plain_console().print(f"go on with: pellucid resume {folder}")
                return code
            entry = read(name, folder / name)
        entries.append(entry)
        if output.is_full:
            plain_console().print(_line(entry))
    _tell(repeats_of(entries), folder, output)
    return 0


def _done(name: str, path: Path) -> Entry | None:
    """The run of a folder, where it is done."""
    if not (path / "config.json").is_file():
        return None
    entry = read(name, path)
    if entry.fault:
        raise FileError(entry.fault)
    return entry if entry.state == "done" else None


def _train(recipe: Recipe, path: Path, output: Output, *, lint: bool) -> int:
    """Train a run of a group, or go on with it; the exit code."""
    begun = (path / "config.json").is_file()
    recipe = read_recipe(RunFolder.open(path)) if begun else recipe
    how = Output(output.quiet, as_json=True)  # a bar, and no words: the group has its own
    one = OneRun(recipe, load_data(recipe), path, how, lint=lint, begins=not begun)
    if begun:
        one.trainer.resume()
    history = one.trained()
    if history.file_error:
        raise FileError(f"the run folder {path} is not complete: {history.file_error}")
    return STOPPED_BY.get(history.stopped, 0)


def _line(entry: Entry) -> str:
    shown = [f"{n.replace('_', ' ')} {cell(v)}" for n, v in entry.measures.items()]
    told = [each for each in shown if not each.startswith("train")]
    return f"{entry.name}: {', '.join(told or shown)} (epoch {entry.epoch})"


def _tell(found: Repeats, folder: Path, output: Output) -> None:
    """What came out of all runs, and their curves."""
    picture = folder / "curves.png"
    if can_draw():
        write_atomic(picture, saved(found.plot(), "png"))
    if output.as_json:
        write_json({"group": str(folder)} | found.as_dict())
    elif output.is_full:
        console = plain_console()
        console.print(f"\n{len(found.values)} runs; spread: {SPREAD} of these")
        for line in aligned(found.rows(), texts=1):
            console.print(line)
        console.print(f"group: {folder}")
        if can_draw():
            console.print(f"curves: {picture}")


# ---- the file ----------------------------------------------------------------------------


def _write(folder: Path, group: RunGroup) -> None:
    entry = {"seeds": group.seeds, "folds": group.folds, "recipe": asdict(group.recipe)}
    text = json.dumps(entry, indent=2, allow_nan=False)
    write_atomic(folder / GROUP_FILE, text.encode())


def _read(folder: Path) -> RunGroup:
    """The group of a folder, which may come from anywhere. Errors: FileError."""
    file = folder / GROUP_FILE
    try:
        entry = json.loads(file.read_bytes())
        counts = [entry["seeds"], entry["folds"]]
        if not all(each is None or (type(each) is int and each >= 2) for each in counts):
            raise OptionError(f"seeds and folds are {counts}")
        return RunGroup(recipe_from(entry["recipe"], folder), *counts)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise FileError(f"resume {folder}: its {GROUP_FILE} is damaged: {error}") from error
