"""What is done to each batch of a run of the command line, beside the plain one.

BatchRules    the settings, as config.json holds them under `batches`
batch_rules   those that were given, taken out of the options of a command
options       the options that say them
read          the settings that config.json holds
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from pellucid.cli.known_words import MIXINGS
from pellucid.cli.settings import stored, taken
from pellucid.cli.values import Number
from pellucid.cli.words import OneOf
from pellucid.errors import OptionError, closest


@dataclass(frozen=True)
class BatchRules:
    """How samples are mixed and chosen, and their labels softened; None: not at all.

    Errors: OptionError for words that are not known or have no meaning together.
    """

    mixing: str | None = None
    mixing_alpha: float | None = None
    label_smoothing: float | None = None
    balanced_batches: bool = False

    def __post_init__(self) -> None:
        if self.mixing not in (None, *MIXINGS):
            raise OptionError(
                f"mixing {self.mixing!r} is not known. {closest(str(self.mixing), MIXINGS)}"
            )
        if self.mixing is None and self.mixing_alpha is not None:
            raise OptionError("--mixing-alpha: nothing is mixed. Say how: --mixing mixup.")

    def of_trainer(self) -> dict[str, Any]:
        """What `Options` are given of it."""
        return {"mixing": self._mixing(), "sampling": self._sampling()}

    def _mixing(self) -> Any:
        if self.mixing is None:
            return None
        from pellucid.augment import CutMix, Mixup  # on use: few runs mix

        kind = dict(zip(MIXINGS, (CutMix, Mixup), strict=True))[self.mixing]
        return kind() if self.mixing_alpha is None else kind(self.mixing_alpha)

    def _sampling(self) -> Any:
        if not self.balanced_batches:
            return None
        from pellucid.data import ClassBalanced  # on use: few runs choose an order

        return ClassBalanced()

    def softened(self, loss: Callable[..., Any]) -> Callable[..., Any]:
        """The loss with smoothed labels. Errors: OptionError for one that has no such option."""
        if not self.label_smoothing:
            return loss
        name = getattr(loss, "__name__", str(loss))
        if name != "cross_entropy":
            raise OptionError(
                f"--label-smoothing: the loss is {name}. Only labels of several classes, each "
                "with an output of its own, are smoothed: leave it out."
            )
        return functools.partial(loss, label_smoothing=self.label_smoothing)


def options() -> list[click.Parameter]:
    """The options of `train`."""
    return [
        click.Option(
            ["--mixing"],
            type=OneOf(MIXINGS),
            help="Mix each sample with another of its batch, and their targets: mixup, or cutmix "
            "for pictures.",
        ),
        click.Option(
            ["--mixing-alpha"],
            type=Number(0.0),
            metavar="X",
            help="How much is mixed; left out: 0.2 for mixup, 1 for cutmix.",
        ),
        click.Option(
            ["--label-smoothing"],
            type=Number(0.0),
            metavar="X",
            help="The share of each label that is spread over all classes, such as 0.1.",
        ),
        click.Option(
            ["--balanced-batches"],
            is_flag=True,
            help="Have each class alike often in every batch: rare ones come again sooner.",
        ),
    ]


def batch_rules(given: dict[str, Any]) -> dict[str, Any]:
    """The settings among the options of a command, which are taken out of them."""
    settings = taken(BatchRules, given)
    read(settings)  # what does not fit is said now
    return settings


def read(entry: Mapping[str, Any]) -> BatchRules:
    """The settings that config.json holds. Errors: OptionError, TypeError."""
    found: BatchRules = stored(BatchRules, entry)
    return found
