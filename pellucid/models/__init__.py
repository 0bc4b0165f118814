"""Complete models, each in a file of its own, and the list of them by name.

    MODELS    name -> ModelKind: what `pellucid train --model NAME` knows

A ModelKind builds its model from the numbers of features and classes, and typed options.

By hand, for reading: `by_loops`, `by_vectors`, `by_library` (logistic regression),
`l_layer_forward` and its kin (the L-layer network), `AffineLayer` and its kin (layers with
`backward`), `Perceptron.learn`, and gates made of perceptrons.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.models.l_layer import LLayer, LLayerOptions
from pellucid.models.l_layer_by_hand import (
    Cache,
    l_layer_backward,
    l_layer_cost,
    l_layer_forward,
    l_layer_update,
)
from pellucid.models.layers_by_hand import (
    AddLayer,
    AffineLayer,
    IdentityWithLoss,
    MultiplyLayer,
    ReluLayer,
    SigmoidLayer,
    SoftmaxWithLoss,
)
from pellucid.models.logistic_by_hand import Fit, by_library, by_loops, by_vectors
from pellucid.models.logistic_regression import LogisticRegression, LogisticRegressionOptions
from pellucid.models.mlp import MLP, MLPOptions
from pellucid.models.neuron import Neuron
from pellucid.models.perceptron import (
    Learning,
    Perceptron,
    Xor,
    and_gate,
    nand_gate,
    or_gate,
)
from pellucid.models.perceptron_classifier import (
    PerceptronClassifier,
    PerceptronClassifierOptions,
    perceptron_loss,
)
from pellucid.models.two_layer_net import TwoLayerNet, TwoLayerNetOptions
from pellucid.nn.module import Module
from pellucid.random import Generator


@dataclass(frozen=True)
class ModelKind:
    """A kind of model: what it is in one sentence, its options, and how to build one.

    `build(features, classes, options, rng)`; `options` is an instance of the class `options`.
    """

    name: str
    summary: str
    options: type[Any]
    build: Callable[[int, int, Any, Generator], Module]


def _mlp(features: int, classes: int, options: MLPOptions, rng: Generator) -> Module:
    return MLP(features, classes, options, rng=rng)


def _two_layer_net(
    features: int, classes: int, options: TwoLayerNetOptions, rng: Generator
) -> Module:
    return TwoLayerNet(features, classes, options, rng=rng)


def _l_layer(features: int, classes: int, options: LLayerOptions, rng: Generator) -> Module:
    return LLayer(features, classes, options, rng=rng)


def _logistic_regression(
    features: int, classes: int, options: LogisticRegressionOptions, rng: Generator
) -> Module:
    return LogisticRegression(features, classes)


MODELS: dict[str, ModelKind] = {
    kind.name: kind
    for kind in (
        ModelKind(
            "mlp",
            "Multilayer perceptron: dense layers with an activation, dropout, batch norm.",
            MLPOptions,
            _mlp,
        ),
        ModelKind(
            "two-layer-net",
            "The textbook's network: W1, b1, ReLU, W2, b2, small normal start.",
            TwoLayerNetOptions,
            _two_layer_net,
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
    )
}

__all__ = [
    "MLP",
    "MODELS",
    "AddLayer",
    "AffineLayer",
    "Cache",
    "Fit",
    "IdentityWithLoss",
    "LLayer",
    "LLayerOptions",
    "Learning",
    "LogisticRegression",
    "LogisticRegressionOptions",
    "MLPOptions",
    "ModelKind",
    "MultiplyLayer",
    "Neuron",
    "Perceptron",
    "PerceptronClassifier",
    "PerceptronClassifierOptions",
    "ReluLayer",
    "SigmoidLayer",
    "SoftmaxWithLoss",
    "TwoLayerNet",
    "TwoLayerNetOptions",
    "Xor",
    "and_gate",
    "by_library",
    "by_loops",
    "by_vectors",
    "l_layer_backward",
    "l_layer_cost",
    "l_layer_forward",
    "l_layer_update",
    "nand_gate",
    "or_gate",
    "perceptron_loss",
]
