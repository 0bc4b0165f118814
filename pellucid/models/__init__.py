"""Complete models, each in a file of its own, and the list of them by name.

    MODELS    name -> ModelKind: what `pellucid train --model NAME` knows

A ModelKind builds its model from the form of the data and typed options.

`generate` writes text with a model of characters.

By hand, for reading: `by_loops`, `by_vectors`, `by_library` (logistic regression),
`l_layer_forward` and its kin (the L-layer network), `AffineLayer` and its kin (layers with
`backward`), `Perceptron.learn`, and gates made of perceptrons.
"""

from typing import TYPE_CHECKING

from pellucid.models.catalogue import MODELS as MODELS
from pellucid.models.catalogue import ModelKind as ModelKind
from pellucid.models.char_lstm import CharLSTM as CharLSTM
from pellucid.models.char_lstm import CharLSTMOptions as CharLSTMOptions
from pellucid.models.char_transformer import CharTransformer as CharTransformer
from pellucid.models.char_transformer import CharTransformerOptions as CharTransformerOptions
from pellucid.models.deep_convnet import DeepConvNet as DeepConvNet
from pellucid.models.deep_convnet import DeepConvNetOptions as DeepConvNetOptions
from pellucid.models.generation import generate as generate
from pellucid.models.gru import GRUClassifier as GRUClassifier
from pellucid.models.gru import GRUClassifierOptions as GRUClassifierOptions
from pellucid.models.l_layer import LLayer as LLayer
from pellucid.models.l_layer import LLayerOptions as LLayerOptions
from pellucid.models.l_layer_by_hand import Cache as Cache
from pellucid.models.l_layer_by_hand import l_layer_backward as l_layer_backward
from pellucid.models.l_layer_by_hand import l_layer_cost as l_layer_cost
from pellucid.models.l_layer_by_hand import l_layer_forward as l_layer_forward
from pellucid.models.l_layer_by_hand import l_layer_update as l_layer_update
from pellucid.models.layers_by_hand import AddLayer as AddLayer
from pellucid.models.layers_by_hand import AffineLayer as AffineLayer
from pellucid.models.layers_by_hand import IdentityWithLoss as IdentityWithLoss
from pellucid.models.layers_by_hand import MultiplyLayer as MultiplyLayer
from pellucid.models.layers_by_hand import ReluLayer as ReluLayer
from pellucid.models.layers_by_hand import SigmoidLayer as SigmoidLayer
from pellucid.models.layers_by_hand import SoftmaxWithLoss as SoftmaxWithLoss
from pellucid.models.logistic_by_hand import Fit as Fit
from pellucid.models.logistic_by_hand import by_library as by_library
from pellucid.models.logistic_by_hand import by_loops as by_loops
from pellucid.models.logistic_by_hand import by_vectors as by_vectors
from pellucid.models.logistic_regression import LogisticRegression as LogisticRegression
from pellucid.models.logistic_regression import (
    LogisticRegressionOptions as LogisticRegressionOptions,
)
from pellucid.models.lstm import LSTMClassifier as LSTMClassifier
from pellucid.models.lstm import LSTMClassifierOptions as LSTMClassifierOptions
from pellucid.models.mlp import MLP as MLP
from pellucid.models.mlp import MLPOptions as MLPOptions
from pellucid.models.neuron import Neuron as Neuron
from pellucid.models.perceptron import Learning as Learning
from pellucid.models.perceptron import Perceptron as Perceptron
from pellucid.models.perceptron import Xor as Xor
from pellucid.models.perceptron import and_gate as and_gate
from pellucid.models.perceptron import nand_gate as nand_gate
from pellucid.models.perceptron import or_gate as or_gate
from pellucid.models.perceptron_classifier import PerceptronClassifier as PerceptronClassifier
from pellucid.models.perceptron_classifier import (
    PerceptronClassifierOptions as PerceptronClassifierOptions,
)
from pellucid.models.perceptron_classifier import perceptron_loss as perceptron_loss
from pellucid.models.resnet import ResidualBlock as ResidualBlock
from pellucid.models.resnet import ResNet as ResNet
from pellucid.models.resnet import ResNetOptions as ResNetOptions
from pellucid.models.simple_convnet import SimpleConvNet as SimpleConvNet
from pellucid.models.simple_convnet import SimpleConvNetOptions as SimpleConvNetOptions
from pellucid.models.two_layer_net import TwoLayerNet as TwoLayerNet
from pellucid.models.two_layer_net import TwoLayerNetOptions as TwoLayerNetOptions
from pellucid.on_use import on_use

MODELS.update(
    {
        model.kind.name: model.kind
        for model in tuple(globals().values())
        if isinstance(getattr(model, "kind", None), ModelKind)
    }
)

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)
