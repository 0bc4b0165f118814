"""What the checks look at: a model and its loss on one batch, the optimizer, the data.

Subject    all of it; a check asks it for what it needs
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pellucid.data import Dataset
from pellucid.errors import OptionError
from pellucid.graph import Node
from pellucid.languages import said
from pellucid.linter.trace import Trace
from pellucid.variables import Variable

if TYPE_CHECKING:
    from pellucid.linter.looking import Look


@dataclass(eq=False, repr=False)
class Subject:
    """A model that learns. `trace`: its loss on one batch, as it trains.

    `reached`: the parameters that the loss has a gradient for. `variables`: by the names that
    they have in the trace. `batch_size`: of a step, where it is known; `drop_last`: whether a
    smaller last one is left out. `look`: what it was captured from; None where that is the step
    of a Trainer, which runs.
    """

    model: Any
    loss: Any
    optimizers: tuple[Any, ...]
    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    trace: Trace
    variables: Mapping[str, Variable]
    reached: frozenset[Variable]
    batch_size: int | None = None
    drop_last: bool = False
    look: "Look | None" = None

    @cached_property
    def parameters(self) -> dict[str, Variable]:
        """Those of the model, by path."""
        found: dict[str, Variable] = self.model.parameters()
        return found

    @cached_property
    def paths(self) -> dict[Variable, str]:
        """What each variable is called: by the model, or else by an optimizer."""
        given = [getattr(each, "parameters", {}) for each in self.optimizers]
        named = [(v, path) for parameters in given for path, v in parameters.items()]
        return dict(named) | {v: path for path, v in self.model.variables().items()}

    @cached_property
    def held(self) -> frozenset[Variable]:
        """What the optimizers update."""
        given = [getattr(each, "parameters", {}) for each in self.optimizers]
        return frozenset(v for parameters in given for v in parameters.values())

    @cached_property
    def inference_look(self) -> "Look | None":
        """The same loss in inference mode; None where only a step of a Trainer is looked at."""
        look = self.look
        if look is None:
            return None
        from pellucid.linter.looking import captured  # on use: a step of a Trainer is there

        return captured(self.model, self.loss, look.arrays, {}, training=False)

    @cached_property
    def inference(self) -> Trace | None:
        """That as a trace."""
        look = self.inference_look
        return None if look is None else look.trace()[0]

    @cached_property
    def measured(self) -> Any:
        """What one batch gave, in training mode; see `pellucid.linter.measured`."""
        from pellucid.linter.measured import measured  # on use: a step of a Trainer is not run

        if self.look is None:
            raise OptionError("lint: only a model that is given itself is run.")
        return measured(self.look)

    def parameter(self, value: Any) -> Variable | None:
        """The trainable variable that a value of the trace is, before it was moved."""
        found = self.variables.get(value.name)
        return found if found is not None and found.trainable else None

    def place(self, node: Node) -> str:
        """Where a node stands: the layer, and the line of the user's code where it is known."""
        layer = self.layer(node.scope)
        line = self.look.lines.get(node.output.name, "") if self.look else ""
        return ", ".join(part for part in (layer, line) if part)

    def layer(self, path: str) -> str:
        """A layer, by its path and kind; what stands in none is the loss, or the function."""
        if not path:
            return said("outside any layer")
        modules = self.model.modules()
        parts = path.split(".")
        while parts and ".".join(parts) not in modules:
            parts.pop()
        if parts:
            module = modules[".".join(parts)]
            form = f"{type(module).__name__}({module.describe()})"
            return said("layer {path} = {form}", path=".".join(parts), form=form)
        return said("loss {name}", name=path)
