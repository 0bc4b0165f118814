"""Several validation sets: one that chooses, and others that are measured beside it.

chosen      the set that chooses, and the others by name
measured    loss and metrics of all of them
measures    the names of these
"""

from collections.abc import Callable, Mapping, Sequence

from pellucid.data import Dataset
from pellucid.errors import OptionError
from pellucid.train.measurements.history import Values

Sets = Mapping[str, Dataset]


def chosen(validation: Dataset | Sets | None) -> tuple[Dataset | None, dict[str, Dataset]]:
    """The set that chooses, which is the first, and the others by name.

    Errors: OptionError for a mapping without sets, or whose names are no words.
    """
    if not isinstance(validation, Mapping):
        return validation, {}
    words = [isinstance(name, str) and name.isidentifier() for name in validation]
    if not all(words) or not words:
        raise OptionError(
            f"Trainer: validation has the names {list(validation)}. A mapping has a word for each "
            'set, the one that chooses first: {"clean": clean, "noisy": noisy}.'
        )
    first, *others = validation.items()
    return first[1], dict(others)


def measures(names: Sequence[str], others: Sets) -> list[str]:
    """The names of what is measured of validation sets, from those of one set.

    >>> measures(["loss", "accuracy"], {"noisy": None})
    ['loss', 'accuracy', 'noisy_loss', 'noisy_accuracy']
    """
    found = [*names, *(f"{other}_{name}" for other in others for name in names)]
    if len(set(found)) < len(found):
        raise OptionError(
            f"Trainer: of the validation sets {', '.join(others)} the same name would be measured "
            f"twice: {', '.join(found)}. Give the sets, or the metrics, other names."
        )
    return found


def measured(
    evaluation: Callable[[Dataset], Values], first: Dataset | None, others: Sets
) -> Values:
    """Loss and metrics of the set that chooses, and of the others under their names."""
    if first is None:
        return {}
    found = dict(evaluation(first))
    for other, data in others.items():
        found |= {f"{other}_{name}": value for name, value in evaluation(data).items()}
    return found
