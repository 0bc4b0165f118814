"""Executors: the same graph, run several ways.

    reference   NumPy, node by node: the meaning of a graph
    native      one program of machine code for this CPU, through llvmlite

    EXECUTORS   their names
    EXACT       the name of native programs whose convolutions are computed as they stand, slower,
                and whose products of bfloat16 are summed in the order that all CPUs have
    default     the one that runs where none is named
    ready       a procedure made ready to run
    room_for    the memory that its program takes (alive.alive_at_most: any program of the graph)
    is_tiled    whether its products of bfloat16 sum in the order of tile registers

An executor is a class that takes a Procedure. Its objects are called with the arrays of the
arguments and of the variables; `loop` makes one call for each row of the arguments. Arrays
of variables are updated in place, all of them or, where a call fails, none. Nothing else is
asked of it.
"""

import importlib
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Protocol

from pellucid.errors import OptionError, UnavailableError, closest
from pellucid.executors.alive import alive_at_most
from pellucid.executors.inside import Inside
from pellucid.graph import Procedure
from pellucid.optional import reason
from pellucid.refusals import shown

EXECUTORS = ("native", "reference")
EXACT = "native-exact"
NAMES = ("native", EXACT, "reference")


class Program(Protocol):
    """A procedure ready to run."""

    def __call__(
        self, arguments: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> list[Any]:
        """The results for these arguments; `state` arrays are updated in place.

        Where it raises, no array of the state has changed. While `updates` is the same, so are
        the numbers in an array of the state.
        """
        ...

    def loop(
        self, rows: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row of the arguments; the results of all calls, stacked.

        Where one fails, the results of those before it, and what it raised.
        """
        ...

    @property
    def inside(self) -> Inside | None:
        """The thread that runs rules in Python, while one does."""
        ...


@lru_cache(maxsize=1)
def default() -> str:
    """`native`, or `reference` with one warning where there is no llvmlite, or no code for this."""
    try:
        importlib.import_module("pellucid.executors.native.machine.target").host()
    except UnavailableError as error:
        _say_unavailable(str(error))
        return "reference"
    except (ImportError, OSError) as error:
        why, remedy = reason("llvmlite", error)
        warnings.warn(
            f"pellucid: the native executor cannot be loaded: {why}; programs run on the "
            f"reference executor, which is slower. {remedy}".rstrip(),
            stacklevel=2,
        )
        return "reference"
    return "native"


def checked(name: str | None) -> str:
    """The name of an executor; the default for None, an error for an unknown one."""
    if name is None:
        return default()
    if not isinstance(name, str):
        raise OptionError(
            f"compile: executor is {shown(name)}. It is a name, {', '.join(NAMES)}; inputs "
            "are given to what was made: model.predictor()(x)."
        )
    if name not in NAMES:
        raise OptionError(f"compile: executor {name!r}. {closest(name, NAMES)}")
    return name


def is_native(name: str | None) -> bool:
    """Whether the executor of that name makes native programs."""
    return checked(name) in ("native", EXACT)


def _as_asked(procedure: Procedure, name: str | None) -> Procedure:
    """The procedure, exact where the executor is to be."""
    return replace(procedure, exact=True) if name == EXACT else procedure


def ready(procedure: Procedure, name: str) -> Program:
    """The procedure made ready by the executor of that name; heavy modules load on use.

    Where the system lacks what its native program needs, the reference executor runs it.
    """
    if is_native(name):
        from pellucid.executors.native.slices import native_program

        try:
            return native_program(_as_asked(procedure, name))
        except UnavailableError as reason:
            _say_unavailable(str(reason))
    from pellucid.executors.reference import Reference

    return Reference(procedure)


def is_tiled(procedure: Procedure, name: str | None) -> bool:
    """Whether it uses tile registers here, which sum products of bfloat16 in another order."""
    if not is_native(name):
        return False
    from pellucid.executors.native.ir.tiled_products import target_for

    return bool(target_for(_as_asked(procedure, name)).has_tiles)


def room_for(procedure: Procedure, name: str | None) -> int:
    """The bytes that a program takes while it runs, beside arguments, variables and results.

    Of the native executor they are what its plan sets aside, the peak of what is alive at a time;
    nothing is compiled. Of the reference executor, what is alive at most, node by node.
    """
    if is_native(name):
        from pellucid.executors.native.slices import room_of  # on use: a plan takes long

        with suppress(UnavailableError):
            return int(room_of(_as_asked(procedure, name)))
    return alive_at_most(procedure)


@cache
def _say_unavailable(reason: str) -> None:
    """Say once why native programs cannot run."""
    warnings.warn(
        f"pellucid: the native executor cannot run here ({reason}); programs run on the "
        "reference executor, which is slower.",
        stacklevel=3,
    )
