"""What a run saves of a model beside its graph, to describe it where its class is missing.

About    its form, its layers, and what its loss calls its outputs
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.train.measurements.terms import ALONE, terms_of


@dataclass(frozen=True)
class About:
    """All that is left of the class and the loss of a model.

    `form`: as it prints. `trainable`: paths of its variables. `layers`: their kinds by path.
    `outputs`: what its loss calls them, as in "logits"; of several by name.
    """

    form: str
    trainable: tuple[str, ...]
    layers: Mapping[str, str]
    outputs: str | Mapping[str, str]

    @property
    def kind(self) -> str:
        """The name of its class."""
        return self.form.partition("(")[0]

    @staticmethod
    def of(model: Any, loss: Callable[..., Any]) -> "About":
        """What is noted of a model, and of the loss that it is trained with."""
        layers = {path: type(layer).__name__ for path, layer in model.modules().items()}
        form = " ".join(repr(model).split())
        called = {term.name: _first_argument(term.loss) for term in terms_of(loss)}
        return About(form, tuple(model.parameters()), layers, called.get(ALONE, called))

    @staticmethod
    def read(entry: Mapping[str, Any]) -> "About":
        """What a file has noted; files of former versions know less."""
        layers = {str(path): str(kind) for path, kind in entry.get("layers", {}).items()}
        trainable = tuple(str(name) for name in entry["trainable"])
        said = entry.get("outputs are", "")
        called = {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else str(said)
        return About(str(entry["form"]), trainable, layers, called)

    def as_dict(self) -> dict[str, Any]:
        """Its place in a file."""
        known = {"form": self.form, "trainable": self.trainable, "layers": dict(self.layers)}
        return known | {"outputs are": self.outputs}


def _first_argument(loss: Callable[..., Any]) -> str:
    """What a loss calls the outputs."""
    try:
        return next(iter(inspect.signature(loss).parameters), "")
    except (TypeError, ValueError):  # of C, or no function
        return ""
