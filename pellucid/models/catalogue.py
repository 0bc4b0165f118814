"""The models by name: what `pellucid train --model NAME` knows.

ModelKind    what a model is, what data it takes, its options, and how to build one
MODELS       all of them, by name
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pellucid.data import Form
from pellucid.errors import OptionError
from pellucid.models.char_lstm import CharLSTM, CharLSTMOptions
from pellucid.models.char_transformer import CharTransformer, CharTransformerOptions
from pellucid.models.deep_convnet import DeepConvNet, DeepConvNetOptions
from pellucid.models.gru import GRUClassifier, GRUClassifierOptions
from pellucid.models.images import Image
from pellucid.models.l_layer import LLayer, LLayerOptions
from pellucid.models.logistic_regression import LogisticRegression, LogisticRegressionOptions
from pellucid.models.lstm import LSTMClassifier, LSTMClassifierOptions
from pellucid.models.mlp import MLP, MLPOptions
from pellucid.models.perceptron_classifier import (
    PerceptronClassifier,
    PerceptronClassifierOptions,
    perceptron_loss,
)
from pellucid.models.resnet import ResNet, ResNetOptions
from pellucid.models.simple_convnet import SimpleConvNet, SimpleConvNetOptions
from pellucid.models.two_layer_net import TwoLayerNet, TwoLayerNetOptions
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.strict import strict
from pellucid.tensor import Tensor

Build = Callable[[Form, Any, Generator], Module]

# What a model takes, and how that is said.
ROWS, IMAGES, TEXT = "numbers", "images (channels, height, width)", "text"


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


def _image(form: Form) -> Image:
    channels, height, width = form.shape
    return channels, height, width


def _mlp(form: Form, options: MLPOptions, rng: Generator) -> Module:
    return MLP(form.features, form.outputs, options, rng=rng)


def _two_layer_net(form: Form, options: TwoLayerNetOptions, rng: Generator) -> Module:
    return TwoLayerNet(form.features, form.outputs, options, rng=rng)


def _l_layer(form: Form, options: LLayerOptions, rng: Generator) -> Module:
    return LLayer(form.features, form.classes, options, rng=rng)


def _logistic_regression(form: Form, _: LogisticRegressionOptions, __: Generator) -> Module:
    return LogisticRegression(form.features, form.classes)


def _perceptron(form: Form, _: PerceptronClassifierOptions, __: Generator) -> Module:
    return PerceptronClassifier(form.features, form.classes)


def _simple_convnet(form: Form, options: SimpleConvNetOptions, rng: Generator) -> Module:
    return SimpleConvNet(_image(form), form.classes, options, rng=rng)


def _deep_convnet(form: Form, options: DeepConvNetOptions, rng: Generator) -> Module:
    return DeepConvNet(_image(form), form.classes, options, rng=rng)


def _resnet(form: Form, options: ResNetOptions, rng: Generator) -> Module:
    return ResNet(_image(form), form.classes, options, rng=rng)


def _lstm(form: Form, options: LSTMClassifierOptions, rng: Generator) -> Module:
    return LSTMClassifier(_image(form), form.classes, options, rng=rng)


def _gru(form: Form, options: GRUClassifierOptions, rng: Generator) -> Module:
    return GRUClassifier(_image(form), form.classes, options, rng=rng)


def _char_transformer(form: Form, options: CharTransformerOptions, rng: Generator) -> Module:
    return CharTransformer(form.vocabulary, form.shape[0], options, rng=rng)


def _char_lstm(form: Form, options: CharLSTMOptions, rng: Generator) -> Module:
    return CharLSTM(form.vocabulary, options, rng=rng)


KINDS = (
    ModelKind(
        "mlp",
        "Multilayer perceptron: dense layers with an activation, dropout, batch norm.",
        MLPOptions,
        _mlp,
        predicts_numbers=True,
    ),
    ModelKind(
        "two-layer-net",
        "The textbook's network: W1, b1, ReLU, W2, b2, small normal start.",
        TwoLayerNetOptions,
        _two_layer_net,
        predicts_numbers=True,
    ),
    ModelKind(
        "l-layer",
        "The course's network of L layers: columns are samples, tanh or relu, then sigmoid.",
        LLayerOptions,
        _l_layer,
    ),
    ModelKind(
        "logistic-regression",
        "One affine map: linear scores for each class.",
        LogisticRegressionOptions,
        _logistic_regression,
    ),
    ModelKind(
        "perceptron",
        "One perceptron per class, learning by the perceptron's rule.",
        PerceptronClassifierOptions,
        _perceptron,
        loss=perceptron_loss,
    ),
    ModelKind(
        "simple-convnet",
        "Convolution, pooling and two dense layers, for images.",
        SimpleConvNetOptions,
        _simple_convnet,
        takes=IMAGES,
    ),
    ModelKind(
        "deep-convnet",
        "Six 3x3 convolutions in three stages, with dropout, for images.",
        DeepConvNetOptions,
        _deep_convnet,
        takes=IMAGES,
    ),
    ModelKind(
        "resnet",
        "A small residual network with batch norm, for images.",
        ResNetOptions,
        _resnet,
        takes=IMAGES,
    ),
    ModelKind(
        "lstm",
        "An LSTM that reads an image row by row.",
        LSTMClassifierOptions,
        _lstm,
        takes=IMAGES,
    ),
    ModelKind(
        "gru",
        "A GRU that reads an image row by row.",
        GRUClassifierOptions,
        _gru,
        takes=IMAGES,
    ),
    ModelKind(
        "char-transformer",
        "A small GPT: it guesses the next character by attention.",
        CharTransformerOptions,
        _char_transformer,
        takes=TEXT,
    ),
    ModelKind(
        "char-lstm",
        "An LSTM that guesses the next character.",
        CharLSTMOptions,
        _char_lstm,
        takes=TEXT,
    ),
)

MODELS: dict[str, ModelKind] = {kind.name: kind for kind in KINDS}
