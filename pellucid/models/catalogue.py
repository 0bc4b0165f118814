"""The models by name: what `pellucid train --model NAME` knows.

ModelKind    what a model is, what data it takes, its options, and how to build one
MODELS       all of them, by name
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pellucid.data import Form
from pellucid.errors import OptionError
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.strict import strict
from pellucid.tensor import Tensor

Build = Callable[[Form, Any, Generator], Module]

# What a model takes, and how that is said.
ROWS = "numbers"
IMAGES = "images (channels, height, width)"
TEXT = "text"


@strict
@dataclass(frozen=True)
class ModelKind:
    """A kind of model: what it is in one sentence, its options, and how to build one.

    `build(form, options, rng)`: `form` says what the data are, `options` is an instance of the
    class `options`. `takes`: ROWS, IMAGES or TEXT. `predicts_numbers`: whether it is of use
    where targets are numbers. `loss`: the loss of classes that it learns by, if not
    cross-entropy.
    """

    name: str
    summary: str
    options: type[Any]
    build: Build
    takes: str = ROWS
    predicts_numbers: bool = False
    loss: Callable[..., Tensor] | None = None

    def misfit(self, form: Form) -> str:
        """Why it cannot be built for such data; empty where it can.

        >>> MODELS["resnet"].misfit(Form((2,), 3))
        'resnet takes images (channels, height, width); these samples are numbers of shape (2,).'
        """
        have = TEXT if form.vocabulary else IMAGES if len(form.shape) == 3 else ROWS
        if have != self.takes and not (self.takes == ROWS and have == IMAGES):
            what = TEXT if form.vocabulary else f"numbers of shape {form.shape}"
            return f"{self.name} takes {self.takes}; these samples are {what}."
        if form.classes == 0 and not self.predicts_numbers:
            return f"{self.name} tells classes apart; these targets are numbers."
        if form.classes and form.target_shape and self.takes != TEXT:
            answers = f"a class at each of {form.target_shape}"
            return f"{self.name} gives one class a sample; these have {answers}."
        return ""

    def built(
        self, form: Form, options: Any, rng: Generator, *, image: tuple[int, ...] = ()
    ) -> Module:
        """The model, at its start. Errors: OptionError where it does not fit the data.

        `image`: the shape in which the same samples are images, where they are that too.
        """
        problem = self.misfit(form)
        if problem:
            forms = [form, replace(form, shape=image)] if image else [form]
            fits = [
                kind.name
                for kind in MODELS.values()
                if not all(kind.misfit(each) for each in forms)
            ]
            raise OptionError(f"{problem} Models that fit: {', '.join(fits) or 'none'}.")
        return self.build(form, options, rng)


# Filled where all models are imported: a model that is imported there is one.
MODELS: dict[str, ModelKind] = {}
