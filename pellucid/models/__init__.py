"""Complete models, each in a file of its own, and the list of them by name.

    MODELS    name -> ModelKind: what `pellucid train --model NAME` knows

A ModelKind builds its model from the form of the data and typed options.

`generate` writes text with a model of characters.

By hand, for reading: `by_loops`, `by_vectors`, `by_library` (logistic regression),
`l_layer_forward` and its kin (the L-layer network), `AffineLayer` and its kin (layers with
`backward`), `Perceptron.learn`, and gates made of perceptrons.
"""

from pellucid.models.catalogue import MODELS, ModelKind
from pellucid.models.char_lstm import CharLSTM, CharLSTMOptions
from pellucid.models.char_transformer import CharTransformer, CharTransformerOptions
from pellucid.models.deep_convnet import DeepConvNet, DeepConvNetOptions
from pellucid.models.generation import generate
from pellucid.models.gru import GRUClassifier, GRUClassifierOptions
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
from pellucid.models.lstm import LSTMClassifier, LSTMClassifierOptions
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
from pellucid.models.resnet import ResidualBlock, ResNet, ResNetOptions
from pellucid.models.simple_convnet import SimpleConvNet, SimpleConvNetOptions
from pellucid.models.two_layer_net import TwoLayerNet, TwoLayerNetOptions

__all__ = [
    "MLP",
    "MODELS",
    "AddLayer",
    "AffineLayer",
    "Cache",
    "CharLSTM",
    "CharLSTMOptions",
    "CharTransformer",
    "CharTransformerOptions",
    "DeepConvNet",
    "DeepConvNetOptions",
    "Fit",
    "GRUClassifier",
    "GRUClassifierOptions",
    "IdentityWithLoss",
    "LLayer",
    "LLayerOptions",
    "LSTMClassifier",
    "LSTMClassifierOptions",
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
    "ResNet",
    "ResNetOptions",
    "ResidualBlock",
    "SigmoidLayer",
    "SimpleConvNet",
    "SimpleConvNetOptions",
    "SoftmaxWithLoss",
    "TwoLayerNet",
    "TwoLayerNetOptions",
    "Xor",
    "and_gate",
    "by_library",
    "by_loops",
    "by_vectors",
    "generate",
    "l_layer_backward",
    "l_layer_cost",
    "l_layer_forward",
    "l_layer_update",
    "nand_gate",
    "or_gate",
    "perceptron_loss",
]
