"""Parts of a model that rest, or learn at rates of their own, and SAM, on the command line.

PartRules     the settings, as config.json holds them under `parts`
part_rules    those that were given, taken out of the options of a command
options       the options that say them
read          the settings that config.json holds
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from pellucid.cli.settings import stored, taken
from pellucid.cli.values import Number, Whole
from pellucid.errors import OptionError, closest


@dataclass(frozen=True)
class PartRules:
    """What rests, at which rates layers learn, and how far SAM looks; None: not at all.

    `freeze`: names of layers, with commas between, each perhaps with `=N`, after how many epochs it
    is thawed; `freeze_until`: that of the others. `layer_rates`: the factor from one layer to the
    one before. `sharpness`: rho of SAM.
    """

    freeze: str | None = None
    freeze_until: int | None = None
    layer_rates: float | None = None
    sharpness: float | None = None

    def __post_init__(self) -> None:
        if self.freeze is None and self.freeze_until is not None:
            raise OptionError("--freeze-until: nothing is frozen. Say what: --freeze NAME.")
        for _ in self._frozen():  # what is no number is said now
            pass

    def callbacks(self, model: Any) -> tuple[Any, ...]:
        """What freezes parts of a model. Errors: OptionError for a name that is no part of it."""
        if self.freeze is None:
            return ()
        from pellucid.train import Frozen  # on use: few runs freeze

        known = {path: part for path, part in model.modules().items() if path}
        known = {path: part for path, part in known.items() if part.parameters()}
        found: dict[int | None, list[Any]] = {}  # by when they are thawed
        for name, until in self._frozen():
            if name not in known:
                raise OptionError(f"--freeze {name!r}: no part. {closest(name, known)}")
            found.setdefault(until, []).append(known[name])
        return tuple(Frozen(parts, until=until) for until, parts in found.items())

    def _frozen(self) -> Iterator[tuple[str, int | None]]:
        """Each part that is frozen, and after how many epochs it is thawed; None for never."""
        for word in () if self.freeze is None else self.freeze.split(","):
            name, sign, epochs = word.partition("=")
            if sign and not (epochs.isascii() and epochs.isdigit() and int(epochs)):
                raise OptionError(
                    f"--freeze {word!r}: behind = stands how many epochs it is frozen, at least 1, "
                    f"as in {name or 'NAME'}=2."
                )
            yield name, int(epochs) if sign else self.freeze_until

    def groups(self, model: Any) -> tuple[Any, ...]:
        """The parameters of layers with rates of their own."""
        if self.layer_rates is None:
            return ()
        from pellucid.optim import layerwise_rates

        found: tuple[Any, ...] = layerwise_rates(model, self.layer_rates)
        return found

    def around(self, optimizer: Any) -> Any:
        """The optimizer, within SAM where that is asked for."""
        if self.sharpness is None:
            return optimizer
        from pellucid.optim import SAM

        return SAM(optimizer, self.sharpness)


def options() -> list[click.Parameter]:
    """The options of `train`."""
    return [
        click.Option(
            ["--freeze"],
            metavar="NAMES",
            help="Parts of the model that are not trained, by the names that the report has for "
            "them, with commas between; with --start-from, what was learned before. NAME=N is "
            "thawed once N epochs are done, such as features=4,hidden=2.",
        ),
        click.Option(
            ["--freeze-until"],
            type=Whole(1),
            metavar="N",
            help="Thaw the others once N epochs are done; left out: never.",
        ),
        click.Option(
            ["--layer-rates"],
            type=Number(0.0),
            metavar="X",
            help="Have each layer learn at X times the rate of the one behind it, such as 0.8.",
        ),
        click.Option(
            ["--sharpness"],
            type=Number(0.0),
            metavar="RHO",
            help="Descend by the gradients at the worst weights nearby (SAM), such as 0.05; a step "
            "takes twice as long.",
        ),
    ]


def part_rules(given: dict[str, Any]) -> dict[str, Any]:
    """The settings among the options of a command, which are taken out of them."""
    settings = taken(PartRules, given)
    read(settings)  # what does not fit is said now
    return settings


def read(entry: Mapping[str, Any]) -> PartRules:
    """The settings that config.json holds. Errors: OptionError, TypeError."""
    found: PartRules = stored(PartRules, entry)
    return found
