"""Residual connections: a way round a module, so that it only has to learn what to change."""

from pellucid.nn.module import Module
from pellucid.tensor import Tensor


class Residual(Module):
    """A module with a way round it.

        y = module(x) + shortcut(x)

    Without `shortcut` the way round is x itself. The gradient has a way past the module too, so
    that deep stacks train.

    Shapes: x -> y, the shape of both ways.
    Errors: ShapeError where the two ways end in shapes that do not broadcast.
    Source: He, Zhang, Ren, Sun 2015 (arXiv 1512.03385), equations 1 and 2.

    >>> from pellucid.creation import ones
    >>> from pellucid.nn.activations import Tanh
    >>> Residual(Tanh())(ones((1, 2)) * 0.0).tolist()
    [[0.0, 0.0]]
    """

    formula = "y = module(x) + shortcut(x)"

    def __init__(self, module: Module, shortcut: Module | None = None) -> None:
        self.module = module
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Both ways, added."""
        around = x if self.shortcut is None else self.shortcut(x)
        return self.module(x) + around  # type: ignore[no-any-return]
