"""Layers one behind the other.

Sequential      y = last(... second(first(x)))
"""

from collections.abc import Iterator
from typing import Any, overload

from pellucid.errors import OptionError
from pellucid.nn.module import Module


class Sequential(Module):
    """Each layer gets what the one before gave; their names are "0", "1", ...

    Shapes: whatever its layers need; the first one gets all inputs where there are several, such
    as the lengths of sequences. It counts, iterates and subscripts like a list.
    """

    def __init__(self, *layers: Module) -> None:
        for i, layer in enumerate(layers):
            if not isinstance(layer, Module):
                raise OptionError(
                    f"Sequential: layer {i} is {type(layer).__name__}. Each must be a Module: "
                    "ReLU(), not relu; and layers, not a list of them: Sequential(*layers)."
                )
            setattr(self, str(i), layer)

    def forward(self, x: Any, *further: Any) -> Any:
        """The layers applied in their order."""
        for layer in self:
            x = layer(x, *further)
            further = ()
        return x

    def __len__(self) -> int:
        return len(self.children())

    def __iter__(self) -> Iterator[Module]:
        return iter(self.children().values())

    @overload
    def __getitem__(self, key: int) -> Module: ...
    @overload
    def __getitem__(self, key: slice) -> "Sequential": ...
    def __getitem__(self, key: int | slice) -> Module:
        layers = list(self)
        if not isinstance(key, slice):
            return layers[key]
        part = Sequential()
        # Not by setattr: a part is a look at the model, in which its layers keep their place.
        part.__dict__.update({str(i): layer for i, layer in enumerate(layers[key])})
        return part
