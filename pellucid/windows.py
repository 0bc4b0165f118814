"""Windows: which neighbouring numbers a convolution or a pooling looks at together.

Window      size, stride, padding, dilation, as a user writes them
Placing     stride, padding and dilation as options of a layer; window_of makes its Window
Placement   the same for an input of known sizes: one number per axis, nothing left open
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import numpy as np

from pellucid.arrays import Named
from pellucid.errors import OptionError, ShapeError, closest
from pellucid.primitives.base import Shape
from pellucid.refusals import Strict
from pellucid.sizes import ceil_div

if TYPE_CHECKING:
    Sizes = int | tuple[int, ...]
    Padding = Literal["valid", "same"] | int | tuple[tuple[int, int], ...]

    class Placing(TypedDict, total=False):
        """How the windows of a layer are placed: the fields of a `Window` beside its size."""

        stride: Sizes | None
        padding: Padding
        dilation: Sizes

else:
    Sizes = Named("Sizes")
    Padding = Named("Padding")
PLACING = ("stride", "padding", "dilation")


@dataclass(frozen=True)
class Placement:
    """Where the windows of an input stand: one number per axis.

    count = floor((before + n + after - span) / stride) + 1,  span = (size - 1) dilation + 1
    """

    size: Shape
    stride: Shape
    before: Shape
    after: Shape
    dilation: Shape

    @property
    def span(self) -> Shape:
        """How far a window reaches, the places between its numbers included."""
        return spans(self.size, self.dilation)

    @property
    def padding(self) -> tuple[tuple[int, int], ...]:
        """(before, after) for each axis."""
        return tuple(zip(self.before, self.after, strict=True))

    def counts(self, sizes: Shape) -> Shape:
        """How many windows stand along each axis of an input of these sizes."""
        rows = zip(
            sizes,
            self.before,
            self.after,
            self.span,
            self.stride,
            strict=True,
        )
        return tuple((n + a + z - span) // s + 1 for n, a, z, span, s in rows)

    def sizes(self, counts: Shape) -> Shape:
        """The least sizes of an input that these counts of windows fit on."""
        rows = zip(
            counts,
            self.before,
            self.after,
            self.span,
            self.stride,
            strict=True,
        )
        return tuple((count - 1) * s + span - a - z for count, a, z, span, s in rows)


@dataclass(frozen=True)
class Window(Strict):
    """A window that slides over the last axes of an input.

    `size`, `stride` and `dilation`: one number for all axes, or a tuple with one for each.
    `stride`: the step from one window to the next; None is 1 for convolutions, and the size of
    the window for pooling. `dilation`: the step from one number of a window to the next.
    `padding`: what is put around the input.

        "valid"     nothing: windows lie inside, and n - f + 1 of them stand at stride 1
        "same"      enough for ceil(n / stride) windows: as many as numbers, at stride 1
        1           as many places on both sides of each axis: n + 2 p - f + 1 windows
        ((0, 1),)   (before, after) for each axis

    "same" at stride 1 and an odd size f puts p = (f - 1) / 2 on both sides; an odd total puts
    the extra place after.

    Errors: OptionError for numbers that make no window.
    Source: "same" as TensorFlow and JAX count it, so also for strides and even sizes.

    >>> Window(3, stride=2, padding=1)
    Window(size=3, stride=2, padding=1, dilation=1)
    >>> Window(5, padding="same").place((28, 28)).padding
    ((2, 2), (2, 2))
    """

    size: Sizes
    stride: Sizes | None = None
    padding: Padding = "valid"
    dilation: Sizes = 1

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _of_python(getattr(self, field.name)))
        stride = 1 if self.stride is None else self.stride
        for name, numbers in (("size", self.size), ("stride", stride), ("dilation", self.dilation)):
            _check_numbers(name, numbers)
        _check_padding(self.padding)
        axes = {len(given) for given in self._tuples()}
        if len(axes) > 1:
            raise OptionError(
                f"{self}: tuples of {' and '.join(map(str, sorted(axes)))} numbers. Each has one "
                "number, or pair, per axis; a single number is for all axes."
            )

    def __str__(self) -> str:
        """The arguments that are not the usual ones: "3, stride=2"."""
        words = [str(self.size)]
        if self.stride is not None:
            words.append(f"stride={self.stride}")
        if self.padding not in ("valid", 0):
            words.append(f"padding={self.padding!r}")
        if self.dilation != 1:
            words.append(f"dilation={self.dilation}")
        return ", ".join(words)

    def _tuples(self) -> list[tuple[object, ...]]:
        given = (self.size, self.stride, self.padding, self.dilation)
        return [part for part in given if isinstance(part, tuple)]

    def check_axes(self, where: str, axes: int) -> None:
        """Raise OptionError, beginning with `where`, unless it can slide over `axes` axes."""
        for given in self._tuples():
            if len(given) != axes:
                raise OptionError(
                    f"{where}: window {self} for {axes} axes. A tuple has one entry per axis; a "
                    "single number is for all axes."
                )

    def place(self, sizes: Shape, *, where: str = "window", apart: bool = False) -> Placement:
        """Where the windows stand on an input with these sizes.

        `apart`: no stride means that windows do not overlap. Errors: OptionError for another
        number of axes; ShapeError where not even one window fits. They begin with `where`.

        >>> Window(3, stride=2, padding="same").place((5, 6)).padding
        ((1, 1), (0, 1))
        """
        size, stride, dilation = self._each(where, sizes, apart)
        padding = self._padding(sizes, stride, spans(size, dilation))
        placed = _placement(size, stride, dilation, padding)
        _check_fit(where, sizes, placed)
        return placed

    def place_back(self, counts: Shape, *, where: str = "window") -> Placement:
        """Where windows stood on the input, from how many of them there were on each axis.

        "same" takes the input to have had `stride` numbers for each window: where windows are
        smaller than their step, numbers behind the last one are a negative padding.
        Errors: as `place`; ShapeError where nothing but padding was in the windows.

        >>> Window(3, stride=2, padding="same").place_back((4,)).sizes((4,))
        (8,)
        """
        size, stride, dilation = self._each(where, counts, apart=False)
        span = spans(size, dilation)
        if self.padding == "same":
            totals = [f - s for f, s in zip(span, stride, strict=True)]
            padding = tuple((max(t, 0) // 2, t - max(t, 0) // 2) for t in totals)
        else:
            padding = self._padding(counts, stride, span)
        placed = _placement(size, stride, dilation, padding)
        if min((*counts, *placed.sizes(counts)), default=1) < 1:
            raise ShapeError(
                f"{where}: sizes {counts}, window {self} gives sizes {placed.sizes(counts)}. Each "
                "is (n - 1) stride + span - padding, and at least 1: use less padding."
            )
        return placed

    def _each(self, where: str, sizes: Shape, apart: bool) -> tuple[Shape, Shape, Shape]:
        """Size, stride and dilation for each axis."""
        axes = len(sizes)
        self.check_axes(where, axes)
        size = on_each(self.size, axes)
        usual = size if apart else (1,) * axes
        stride = usual if self.stride is None else on_each(self.stride, axes)
        return size, stride, on_each(self.dilation, axes)

    def _padding(
        self,
        sizes: Shape,
        stride: Shape,
        span: Shape,
    ) -> tuple[tuple[int, int], ...]:
        if isinstance(self.padding, tuple):
            return self.padding
        if self.padding != "same":
            width = 0 if self.padding == "valid" else self.padding
            return ((width, width),) * len(sizes)
        rows = zip(sizes, stride, span, strict=True)
        totals = [max((ceil_div(n, s) - 1) * s + f - n, 0) for n, s, f in rows]
        return tuple((total // 2, total - total // 2) for total in totals)


def window_of(kind: type, size: Sizes | Window, axes: int, placing: "Placing") -> Window:
    """The window of a layer: one that was given, or one of this size and placing.

    Errors: OptionError for another number of axes, and for a placing beside a window.
    """
    where = kind.__name__
    if isinstance(size, Window) and placing:
        raise OptionError(
            f"{where}: {', '.join(placing)} beside Window({size}). A window has its own: write "
            f"{where}(..., Window(size, stride=..., padding=...)), or a size and these options."
        )
    window = size if isinstance(size, Window) else Window(size, **placing)
    window.check_axes(where, axes)
    return window


def _placement(
    size: Shape, stride: Shape, dilation: Shape, padding: tuple[tuple[int, int], ...]
) -> Placement:
    before = tuple(a for a, _ in padding)
    after = tuple(z for _, z in padding)
    return Placement(size, stride, before, after, dilation)


def on_each(numbers: Sizes, axes: int) -> Shape:
    """One number per axis: a tuple as it is, a single number repeated."""
    return numbers if isinstance(numbers, tuple) else (numbers,) * axes


def spans(size: Shape, dilation: Shape) -> Shape:
    """How far windows reach along each axis, the places between their numbers included."""
    return tuple((f - 1) * d + 1 for f, d in zip(size, dilation, strict=True))


def _of_python(numbers: Any) -> Any:
    """NumPy's integers as Python's, also in tuples and pairs."""
    if isinstance(numbers, tuple):
        return tuple(_of_python(part) for part in numbers)
    return int(numbers) if isinstance(numbers, np.integer) else numbers


def _check_numbers(name: str, numbers: object) -> None:
    parts = numbers if isinstance(numbers, tuple) else (numbers,)
    if not parts or any(type(n) is not int or n < 1 for n in parts):
        raise OptionError(
            f"Window: {name} {numbers!r}. A whole number from 1 on, or a tuple with one per axis."
        )


def _check_padding(padding: object) -> None:
    if isinstance(padding, str):
        if padding not in ("valid", "same"):
            known = closest(padding, ["valid", "same"])
            raise OptionError(f"Window: padding {padding!r}. {known} Or a number, or pairs.")
        return
    if isinstance(padding, tuple):
        pairs = [pair if isinstance(pair, tuple) and len(pair) == 2 else None for pair in padding]
        widths = [width for pair in pairs for width in (pair or (None,))]
    else:
        widths = [padding]
    if not widths or any(type(width) is not int or width < 0 for width in widths):
        raise OptionError(
            f"Window: padding {padding!r}. It is 'valid', 'same', a whole number from 0 on, or a "
            "pair (before, after) per axis, as in ((1, 1), (2, 2))."
        )


def _check_fit(where: str, sizes: Shape, placed: Placement) -> None:
    """Raise where an axis, with its padding, is shorter than a window."""
    rows = zip(sizes, placed.padding, placed.span, placed.size, placed.dilation, strict=True)
    for axis, (n, (before, after), span, size, dilation) in enumerate(rows):
        if n < 1 or before + n + after < span:
            window = f"{size}" if dilation == 1 else f"{size} at dilation {dilation}"
            raise ShapeError(
                f"{where}: sizes {sizes}, padding {placed.padding}. Axis {axis} of these has "
                f"{before} + {n} + {after} places, a window of {window} needs {span}. At least "
                "one window must fit, and no axis be empty: use a smaller window, "
                "padding='same', or a larger input."
            )
