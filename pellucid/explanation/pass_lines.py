"""The lines of a written backward pass, and how they are laid out as text and as LaTeX.

    Line            one of them
    BackwardPass    all of both passes; prints as text and as LaTeX

What stands for each step of a loop over time is set off below a line that says the steps, in the
order in which they are run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.explanation.arrays import MANY
from pellucid.explanation.time_loops import TimeLoop
from pellucid.graph import Shape
from pellucid.languages import said
from pellucid.primitives.base import Primitive


@dataclass(frozen=True)
class Line:
    """`left = right`, as text and as LaTeX.

    `value`: the name of what it is about in the traced graph, empty for a name that was introduced.
    `gradient`: it is the gradient of that value, `per_sample`: m times the gradient. `shape`: of
    the left side as it is written; `flipped`: that is the transpose of the value in the library.
    `loop`: the loop over time of which a step in general is told.
    """

    left: str
    right: str
    latex: str
    value: str
    gradient: bool
    per_sample: bool
    shape: Shape
    flipped: bool
    loop: TimeLoop | None = None

    def __str__(self) -> str:
        return f"{self.left} = {self.right}"


@dataclass(frozen=True)
class BackwardPass:
    """The lines of a forward pass and of its backward pass.

    `functions`: what a name in the lines applies that is no usual function: a primitive, whose
    attributes have `arrays.MANY` for m. `inputs`: the names of inputs and parameters in the graph,
    by those in the lines, each with whether it is turned. `upstream`: the name of what comes back
    to a result that is no single number. `constants`: arrays that the graph holds. `shares`: the
    names of inputs that were given as shares of one, and taken as such. `slices`: the
    names of arrays that are taken step by step, as x_t, each with its axis of time, and whether
    samples are columns of a step where they are columns.
    """

    notation: str
    forward: tuple[Line, ...]
    backward: tuple[Line, ...]
    functions: Mapping[str, Primitive]
    inputs: Mapping[str, tuple[str, bool]]
    constants: Mapping[str, Any]
    upstream: str = ""
    shares: tuple[str, ...] = ()
    slices: Mapping[str, tuple[int, bool]] = field(default_factory=dict)

    def text(self) -> str:
        """All lines, the forward pass first."""
        rows = [*_set_off(self.forward), "", *_set_off(self.backward, back=True)]
        notes = self._notes()
        return "\n".join(rows + ([""] if notes else []) + notes)

    def latex(self) -> str:
        """All lines of both passes, aligned."""
        forward = _set_off(self.forward, tex=True)
        rows = [*forward, *_set_off(self.backward, back=True, tex=True)]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _notes(self) -> list[str]:
        rules = self.functions.items()
        notes = [f"{name}: {rule}".replace(str(MANY), "m") for name, rule in rules]
        for name in self.shares:
            notes.append(said("The classes of {name} sum to 1, as here.", name=name))
        notes += [*self._notes_on_steps(), *self._notes_on_correlations()]
        if any(line.per_sample for line in self.backward):
            changed = next(line.left for line in self.backward if line.per_sample)
            notes.append(
                said(
                    "{name} and the like are derivatives of each sample's own loss; the loss is "
                    "their mean over m samples.",
                    name=changed,
                )
            )
        return notes

    def _notes_on_steps(self) -> list[str]:
        """What the names with t below them mean."""
        notes = []
        for name, (axis, is_matrix) in self.slices.items():
            turned = "^T" if is_matrix and self.notation == "columns" else ""
            notes.append(f"{name}_t: {name}[{':, ' * axis}t - 1]{turned}")
        lines = (*self.forward, *self.backward)
        if any(line.loop for line in self.backward):
            beyond = [line.left for line in lines if line.loop and line.gradient]
            notes.append(
                said(
                    "{name} and the like are 0 beyond the steps that there are; sum_t and stack_t "
                    "go over all steps.",
                    name=beyond[0],
                )
            )
        return notes

    def _notes_on_correlations(self) -> Iterator[str]:
        """What the signs for convolutions mean, of those that there are."""
        text = " ".join(line.right for line in (*self.forward, *self.backward))
        if "corr(" in text:
            yield said(
                "corr(x, W): each filter of W moved over x, products summed over its places and "
                "channels; pad: zeros around x, spread: how far apart the numbers of x lie."
            )
        if "flip(" in text:
            yield said("flip(W): each filter turned round, its channels in and out exchanged.")
        if "windows(" in text:
            yield said(
                "windows(x): the windows that pooling looks at, their places on axes of their own; "
                "overlap_add puts windows back, adding up where they overlap."
            )
        if "corr_m(" in text:
            yield said(
                "corr_m(x, dz): each channel of dz moved over each of x, products summed over its "
                "places and the samples."
            )

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def _set_off(lines: Sequence[Line], *, back: bool = False, tex: bool = False) -> Iterator[str]:
    """The lines, those of a loop below the steps that it runs, from the last on the way back."""
    before: TimeLoop | None = None
    for line in lines:
        if line.loop is not None and line.loop != before:
            first = line.loop.first
            last = line.loop.last
            ends = (last, first) if back else (first, last)
            yield _steps(*ends, tex=tex)
        before = line.loop
        indent = ("" if before is None else r"\quad ") if tex else "" if before is None else "  "
        yield indent + (line.latex if tex else str(line))


def _steps(first: int, last: int, *, tex: bool) -> str:
    if tex:
        return rf"& \text{{for }} t = {first}, \ldots, {last}:"
    return said("for t = {first}, ..., {last}:", first=first, last=last)
