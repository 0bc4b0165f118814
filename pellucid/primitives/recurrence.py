"""A graph run step after step, each from what the step before left.

    Recurrence      its attributes with their rules, and how it runs; `Scan` has its gradient too

Its body is a graph of its own, so a loop over a thousand steps is as large as one over two.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.evaluation import Observer, run
from pellucid.graph import Graph, Value
from pellucid.primitives.base import DType, Primitive, Shape
from pellucid.primitives.parts import pack


@dataclass(frozen=True)
class Recurrence(Primitive):
    """What `Scan` is but for its gradient, which is made of scans: inputs and outputs stand there.

    So what the gradient is made with, and the passes over scans, know of a scan what is here.
    """

    body: Graph
    steps: int
    constants: int
    carries: int
    reverse: bool
    before: tuple[int, ...]
    after: tuple[int, ...]

    def __post_init__(self) -> None:
        """Give the attributes their form, and compare them with the body. Errors: OptionError."""
        super().__post_init__()
        body = self.body
        carried = self.carried
        fits = self.steps >= 1 and min(self.constants, self.carries) >= 0
        fits = fits and type(self.reverse) is bool and isinstance(body, Graph)
        if not fits or self.constants + self.carries > len(body.inputs):
            raise OptionError(
                f"scan: {self.steps} steps, {self.constants} constants and {self.carries} carries. "
                "There is at least one step, and the body takes as many."
            )
        after = body.outputs[: self.carries]
        kinds = [[(v.shape, v.dtype) for v in values] for values in (carried, after)]
        if kinds[0] != kinds[1]:
            raise OptionError(
                f"scan: the body carries {_listed(carried)} and gives {_listed(after)}. Each step "
                "leaves what the next one takes."
            )
        for kept in (self.before, self.after):
            if list(kept) != [k for k in range(self.carries) if k in kept]:
                raise OptionError(
                    f"scan: before or after is {kept}. These are numbers of the {self.carries} "
                    "carries, in order, each once."
                )

    def __str__(self) -> str:
        """The name with its attributes, but for the body, which stands below the node."""
        return (
            f"scan(steps={self.steps}, constants={self.constants}, carries={self.carries}, "
            f"reverse={self.reverse}, before={self.before}, after={self.after})"
        )

    @property
    def bodies(self) -> tuple[Graph, ...]:
        """The one graph that it runs."""
        return (self.body,)

    @property
    def carried(self) -> tuple[Value, ...]:
        """The inputs of the body that are carried from step to step."""
        return self.body.inputs[self.constants : self.constants + self.carries]

    @property
    def sliced(self) -> tuple[Value, ...]:
        """The inputs of the body that are slices of sequences."""
        return self.body.inputs[self.constants + self.carries :]

    @property
    def results(self) -> tuple[Value, ...]:
        """The outputs of the body that are stacked."""
        return self.body.outputs[self.carries :]

    def takes(self) -> list[Shape]:
        """The shapes of all inputs."""
        first = self.body.inputs[: self.constants + self.carries]
        return [v.shape for v in first] + [(self.steps, *v.shape) for v in self.sliced]

    def gives(self) -> list[tuple[DType, Shape]]:
        """The dtype and shape of all that is given."""
        last = [(v.dtype, v.shape) for v in self.carried]
        results = [(v.dtype, (self.steps, *v.shape)) for v in self.results]
        return [*last, *self._kept(self.before), *self._kept(self.after), *results]

    def _kept(self, numbers: Collection[int]) -> Iterator[tuple[DType, Shape]]:
        """Of each carry its values at all steps, or at none where its number is not there."""
        for k, value in enumerate(self.carried):
            steps = self.steps if k in numbers else 0
            yield value.dtype, (steps, *value.shape)

    def shape(self, *shapes: Shape) -> Shape:
        if list(shapes) != self.takes():
            raise ShapeError(
                f"scan: inputs of shapes {', '.join(map(str, shapes))}. Its body takes "
                f"{', '.join(map(str, self.takes()))}: constants, carries and sequences."
            )
        return ()

    def dtype(self, *dtypes: DType) -> DType:
        wanted = [v.dtype for v in self.body.inputs]
        if list(dtypes) != wanted:
            raise DTypeError(
                f"scan: inputs of {', '.join(map(str, dtypes))}. Its body takes "
                f"{', '.join(map(str, wanted))}: convert with x.astype(...)."
            )
        return pack(self.name, self.gives())

    def turns(
        self, inputs: Sequence[Any], observe: Observer | None = None
    ) -> Iterator[tuple[int, list[Any], list[Any]]]:
        """Run it: for each turn the number of its slice, and what the body takes and gives.

        `observe` is called after each node of the body, as in `run`.
        """
        count = self.carries
        first = self.constants + self.carries
        fixed = list(inputs[: self.constants])
        state = list(inputs[self.constants : first])
        for turn in range(self.steps):
            t = self.steps - 1 - turn if self.reverse else turn
            given = [*fixed, *state, *(x[t] for x in inputs[first:])]
            found = run(self.body, given, observe)
            yield t, given, found
            state = found[:count]

    def forward(self, xp: Any, *inputs: Any) -> Any:
        record = np.empty((), pack(self.name, self.gives()))
        parts = [record[name] for name in record.dtype.names or ()]
        count = self.carries
        first = self.constants
        for t, given, found in self.turns(inputs):
            for k in self.before:
                parts[count + k][t] = given[first + k]
            for k in self.after:
                parts[2 * count + k][t] = found[k]
            for stack, y in zip(parts[3 * count :], found[count:], strict=True):
                stack[t] = y
        for last, value in zip(parts, found[:count], strict=False):
            last[...] = value
        return record


def _listed(values: tuple[Value, ...]) -> str:
    return ", ".join(map(str, values)) or "nothing"
