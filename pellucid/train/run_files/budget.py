"""How much disk the checkpoints of a run may take.

check_budget    refuses one that has no room for what must stay
make_room       removes the oldest checkpoints before another one is written
size_of         the bytes of a file with these arrays, at most
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pellucid.capacity import in_words
from pellucid.errors import OptionError
from pellucid.train.run_files.checkpoint import best_file
from pellucid.train.run_files.run_folder import RunFolder

OF_ARRAY = 160  # bytes of a file's header that an array of a long name takes, and more
OF_FILE = 4096  # and what else stands there


def size_of(arrays: Iterable[Any]) -> int:
    """The bytes of a file with these arrays, at most."""
    return OF_FILE + sum(int(array.nbytes) + OF_ARRAY for array in arrays)


def check_budget(budget: int, everything: Iterable[Any], model: Iterable[Any]) -> None:
    """Raise OptionError where it has no room for two checkpoints and two best models.

    So many are there while a newer one takes the place of an older one. The arrays of a checkpoint
    are `everything`, those of a model `model`.
    """
    checkpoint = size_of(everything)
    best = size_of(model)
    least = 2 * (checkpoint + best)
    if budget < least:
        raise OptionError(
            f"Saving: budget is {in_words(budget)}. A checkpoint takes up to "
            f"{in_words(checkpoint)}, the best weights {in_words(best)}, and two of each are there "
            f"while one takes the other's place: give at least {least:,} bytes."
        )


def make_room(folder: RunFolder, budget: int, coming: int, best: Sequence[int]) -> list[Path]:
    """Remove what is oldest, until so many bytes may come; the files that were removed.

    First go checkpoints, the oldest first, but never the newest; then the weights of the `best`
    epochs from the last one on, but never those of the first.
    """
    kept = [best_file(folder.checkpoints, epoch) for epoch in best]
    removable = [*folder.checkpoint_files()[:-1], *reversed(kept[1:])]
    sizes = _sizes(folder.checkpoints)
    removed = []
    for path in removable:
        if sum(sizes.values()) + coming <= budget:
            break
        if sizes.pop(path, None) is not None:
            folder.remove(path)
            removed.append(path)
    return removed


def _sizes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in folder.iterdir() if path.is_file()}
