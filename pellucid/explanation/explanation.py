"""`pc.explain`: one object that shows what a network computes, and how its gradients come about.

explain       explain a model on a batch, or a function of numbers
Explanation   its parts: layers, graph, derivations; prints, shows in notebooks, writes a page
"""

import functools
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from pellucid.disk import AnyPath, expanded
from pellucid.errors import OptionError, closest
from pellucid.explanation.attribution import ATTRIBUTIONS, INTEGRATED, Attribution
from pellucid.explanation.backward_pass import NOTATIONS, backward_pass
from pellucid.explanation.comparison import SideBySide, compared
from pellucid.explanation.derivation import CHECKED, LISTED, Derivation, derivation
from pellucid.explanation.diagram import diagram
from pellucid.explanation.differences import Widened
from pellucid.explanation.given import given, given_function, refuse_call
from pellucid.explanation.histograms import Histogram, histograms, updates
from pellucid.explanation.layers import Layers, layers, placed
from pellucid.explanation.maps import Maps, attention_maps, feature_maps, filters, gates
from pellucid.explanation.pass_lines import BackwardPass
from pellucid.explanation.picture import Picture
from pellucid.explanation.projection import Projection, principal_components
from pellucid.explanation.routes import Routes, routes
from pellucid.explanation.shown import shown
from pellucid.explanation.trace import Trace, trace
from pellucid.explanation.with_loss import input_names, named, with_loss
from pellucid.io.files import write_atomic
from pellucid.languages import said
from pellucid.nn.base import BaseModule, in_mode
from pellucid.refusals import shown as refused
from pellucid.strict import strict


@strict
def explain(
    subject: Any,
    *inputs: Any,
    loss: Callable[..., Any] | None = None,
    training: bool | None = None,
    optimizer: Any = None,
) -> "Explanation":
    """What a model computes for a batch, or a function for numbers, and its gradients.

    `explain(model, x, t, loss=cross_entropy)`: the loss of the model's outputs and the targets,
    the last of the inputs. `explain(model, x)`: the outputs alone, the gradients those of their
    sum. `explain(function, 2, 100, 1.1)`: a function of the user's own. Inputs are arrays, tensors,
    or lists and tables of numbers, such as DataFrames, a row for each sample. `training`: the mode
    that the model is explained in; left out, the one that it is in. `optimizer`: whose next
    update is shown beside the weights. Nothing is changed: no variable, no count of random draws.

    Errors: those of the model for such inputs; OptionError for a loss without targets; CallError
    for inputs that a function does not take; DataError for what is not all numbers.

    >>> explain(lambda apples, price, tax: apples * price * tax, 2, 100, 1.1).result
    '220'
    """
    if isinstance(subject, BaseModule):
        found = _of_model(subject, inputs, loss, training)
        found.optimizer = optimizer
        return found
    if isinstance(subject, type) or not callable(subject):
        raise OptionError(
            f"explain: the subject is {refused(subject)}. Give a model or a function, then its "
            "inputs: explain(model, x, t, loss=cross_entropy)."
        )
    if any(option is not None for option in (loss, training, optimizer)):
        raise OptionError(
            "explain: loss=, training= and optimizer= are for models. Leave them out."
        )
    refuse_call(subject, inputs)
    arrays = given_function(inputs)
    lines = partial(backward_pass, subject, *arrays)
    return Explanation(trace(subject, *arrays), None, lines=lines)


def _of_model(
    model: BaseModule, inputs: tuple[Any, ...], loss: Any, training: bool | None
) -> "Explanation":
    if loss is not None and len(inputs) < 2:
        raise OptionError(
            "explain: a loss, and no targets. Give them behind the inputs: explain(model, x, t, "
            "loss=cross_entropy)."
        )
    function = named(model, len(inputs)) if loss is None else with_loss(model, loss, len(inputs))
    names = input_names(model, len(inputs) if loss is None else len(inputs) - 1)
    inputs = given(model, inputs, names)
    modules = list(model.modules().values())
    mode = model._training if training is None else training
    with in_mode(modules, training=mode):
        found = trace(function, *inputs)
    called = names if loss is None else None

    def lines(**options: Any) -> BackwardPass:
        with in_mode(modules, training=mode):
            return backward_pass(model, *inputs, loss=loss, names=called, **options)

    return Explanation(found, model, inputs if loss is None else inputs[:-1], lines=lines)


@strict
class Explanation:
    """A run of a model or a function, to be looked at part by part.

    `trace` has every value and gradient as arrays. Values are named by a path: an input or a
    parameter (`layers.0.weight`), a layer (its output), or a number of the graph (`%3`).
    """

    def __init__(
        self,
        trace: Trace,
        model: BaseModule | None,
        inputs: tuple[Any, ...] = (),
        class_names: Sequence[str] = (),
        lines: Callable[..., BackwardPass] | None = None,
    ) -> None:
        self.trace, self.model, self._lines = trace, model, lines
        self.inputs, self.class_names = inputs, class_names
        self.optimizer: Any = None

    @property
    def result(self) -> str:
        """What came out: its number, or its shape."""
        return shown(self.trace.array(self.trace.result.name))

    @functools.cached_property
    def layers(self) -> Layers:
        """The table of layers."""
        return layers(self.trace, self.model)

    def graph(
        self,
        *,
        opened: Collection[str] | None = (),
        lit: str | None = None,
        inside: str | None = None,
    ) -> Picture:
        """The graph, drawn: forward values above the arrows, backward ones below.

        `opened`: the paths of layers whose operations are drawn one by one; None opens all.
        `lit`: a value, the way from which to the result is lit. `inside`: a layer, which is drawn
        alone, its operations one by one.
        """
        if inside is not None:
            return Picture(diagram(self.trace.inside(inside), opened=None))
        kinds = {row.path: row.kind for row in self.layers.rows} if self.model else {}
        return Picture(diagram(self.trace, opened=opened, lit=lit, kinds=kinds))

    def derivation(
        self, path: str, *places: tuple[int, ...], checked: int = CHECKED, most: int = LISTED
    ) -> Derivation:
        """How the gradient by a value comes about.

        `places` are numbers of it that are checked; left out, the `checked` largest. `most`: how
        many routes are listed.
        """
        return derivation(
            self.trace,
            self._wide,
            self.trace.find(path),
            places,
            checked,
            most,
        )

    def routes(self, path: str, most: int = LISTED) -> Routes:
        """The gradient by a value as the sum over routes of products of bridges."""
        return routes(self.trace, self.trace.find(path), most)

    @property
    def written_out(self) -> bool:
        """Whether there is a backward pass to be written out: of a loss, or one number."""
        return self._lines is not None and self.trace.result.name in self.trace.gradients

    def backward_pass(self, notation: str = "rows") -> BackwardPass:
        """The whole backward pass written out, as a course writes it, found from the graph.

        `notation`: "rows" are samples, as in the library, or "columns" are, as in the course.
        Errors: OptionError for another notation, or where only a run is known and no function.
        """
        if self._lines is None:
            raise OptionError(
                "explain: the backward pass of one score is not written out. Explain the model "
                "with its loss: explain(model, x, t, loss=cross_entropy)."
            )
        return self._lines(notation=notation)

    def beside(self, other: "Explanation", names: tuple[str, str] = ("1", "2")) -> SideBySide:
        """It and another of the same network side by side, such as two checkpoints.

        Errors: GraphError where they are not of one network; OptionError for no explanation.
        """
        if not isinstance(other, Explanation):
            raise OptionError(
                f"explain: beside {refused(other)}. It takes another explanation of the same "
                "network: explain(...).beside(explain(...))."
            )
        return compared(names, (self.trace, other.trace), (self.layers, other.layers))

    def save(
        self,
        path: AnyPath,
        title: str = "",
        further: Sequence[tuple[str, str]] = (),
        note: str = "",
    ) -> None:
        """Write the page: one file that needs nothing but itself.

        `further`: titles and contents, as HTML, of sections behind its own; `note`: a line below
        the title.

        Errors: FileError where it cannot be written; OptionError where graphlay is not installed.
        """
        from pellucid.explanation.document import document  # on use, as the page's own room

        known = title or (type(self.model).__name__ if self.model else said("A function"))
        write_atomic(expanded(path), document(self, known, further, note).encode())

    def as_dict(self) -> dict[str, Any]:
        """Layers and graph as JSON takes them; derivations have an `as_dict` of their own."""
        result = self.trace.array(self.trace.result.name)
        found = {
            "result": result.tolist(),
            "layers": self.layers.as_dict(),
            "graph": str(self.trace.graph),
        }
        return found | ({"lines": self._written()} if self.written_out else {})

    def _written(self) -> dict[str, list[str]]:
        """The lines of both passes, by notation."""
        return {each: self.backward_pass(each).text().splitlines() for each in NOTATIONS}

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.layers._repr_html_() + self.graph().svg

    # ---- what layers do to the data ------------------------------------------------------

    def histograms(self, optimizer: Any = None) -> list[Histogram]:
        """How activations, weights and gradients spread, and the update an optimizer would make.

        `optimizer`: left out, the one that was given to `explain`, if any.
        """
        chosen = self.optimizer if optimizer is None else optimizer
        changes = None if chosen is None else updates(chosen, self.trace)
        return histograms(self.trace, changes)

    def filters(self) -> list[Maps]:
        """The kernels of convolutions: (filters, channels, height, width)."""
        return filters(self.trace)

    def feature_maps(self, sample: int = 0) -> list[Maps]:
        """What each layer that gives maps made of one sample: (channels, height, width)."""
        return feature_maps(self.trace, sample)

    def attention_maps(self, sample: int = 0) -> list[Maps]:
        """How much each place looks at each other, for one sample: (heads, to, from)."""
        return attention_maps(self.trace, sample)

    def gates(self, sample: int = 0) -> list[Maps]:
        """The sigmoids and tanhs inside recurrent layers, for one sample: (steps, units)."""
        return gates(self.trace, sample, placed(self.model) if self.model else {})

    def attribution(
        self, method: str = INTEGRATED, *, samples: int | None = None, **options: Any
    ) -> Attribution:
        """Which parts of each input the score of its class depends on; the class guessed, or given.

        `method`: "gradient", "integrated gradients", "occlusion" or "Grad-CAM"; `samples`: of so
        many, the first; options are those of the functions in `pellucid.explanation.attribution`.
        Errors: OptionError for a function, or a model of several inputs.
        """
        if self.model is None or len(self.inputs) != 1:
            raise OptionError(
                "explain: an attribution is of a model with one input. Its score must be that of "
                "classes."
            )
        if method not in ATTRIBUTIONS:
            raise OptionError(f"explain: method {method!r}. {closest(method, ATTRIBUTIONS)}")
        modules = list(self.model.modules().values())
        with in_mode(modules, training=False):
            return ATTRIBUTIONS[method](self.model, self.inputs[0][:samples], **options)

    def projection(self, path: str, count: int = 2) -> Projection:
        """What a value, such as a layer's output, makes of the samples: principal components."""
        return principal_components(self.trace.array(self.trace.find(path).name), count)

    @functools.cached_property
    def _wide(self) -> Widened:
        return Widened(self.trace)

    def __str__(self) -> str:
        return f"{self.layers}\n\nresult: {self.result}"

    __repr__ = __str__
