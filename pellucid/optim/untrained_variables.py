"""Warns of trainable variables that a step uses but that were not given to the optimizer.

hold            variables that an optimizer was given
tell_unheld     warn of those that a step reads beside them
"""

import warnings
import weakref
from collections.abc import Iterable, Set

from pellucid.origins import Unrecorded, has_origin, history
from pellucid.recordings import active_recording, called, is_recording
from pellucid.tensor import Tensor
from pellucid.variables import Source, Variable

# What some optimizer was given, by identity: variables compare number by number.
_HELD: weakref.WeakValueDictionary[int, Variable] = weakref.WeakValueDictionary()


def hold(variables: Iterable[Variable]) -> None:
    """Note that an optimizer has these."""
    _HELD.update((id(variable), variable) for variable in variables)


def tell_unheld(who: str, loss: Tensor, *, first: bool) -> None:
    """Warn of trainable variables that a step reads, and that nobody holds.

    A captured step is looked at when it is captured, one that is not when it is the `first`. What
    a model has that the step calls is held: to train a part of it is no mistake.
    """
    record = active_recording()
    if record is None and (is_recording() or not first):
        return
    held = set(_HELD.values()).union(*(each.variables().values() for each in called()))
    if names := _unheld(loss, held) if record is None else record.unheld(held):
        warnings.warn(
            f"{who}: the step reads {', '.join(names)}, trainable, which no optimizer holds, nor a "
            "model that the step calls: it stays as it is. Assign a layer to the model that calls "
            "it, self.layer = ...; give a parameter to an optimizer; or make it a Buffer, where "
            "that is meant.",
            stacklevel=6,
        )


def _unheld(loss: Tensor, held: Set[Variable]) -> list[str]:
    """Trainable variables that a loss was computed from, and that nobody holds: names, shapes.

    Results of compiled functions that keep no history are constants, as they are for gradients.
    """

    def counts(tensor: Tensor) -> bool:
        return has_origin(tensor) and not isinstance(tensor.origin, Unrecorded)

    sources = [t.origin for t in history([loss], counts) if isinstance(t.origin, Source)]
    owners = dict.fromkeys(source.owner() for source in sources)
    return [f"{v.name} {v.shape}" for v in owners if v is not None and v not in held]
