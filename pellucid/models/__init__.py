"""Complete models, each in a file of its own, and the list of them by name.

    MODELS    name -> ModelKind: what `pellucid train --model NAME` knows

A ModelKind builds its model from the form of the data and typed options.

`generate` writes text with a model of characters.

By hand, for reading: `by_loops`, `by_vectors`, `by_library` (logistic regression),
`l_layer_forward` and its kin (the L-layer network), `AffineLayer` and its kin (layers with
`backward`), `Perceptron.learn`, and gates made of perceptrons.
"""

from typing import TYPE_CHECKING

from pellucid.models.catalogue import (
    MODELS as MODELS,
    ModelKind as ModelKind,
)
from pellucid.models.char_lstm import (
    CharLSTM as CharLSTM,
    CharLSTMOptions as CharLSTMOptions,
)
from pellucid.models.char_transformer import (
    CharTransformer as CharTransformer,
    CharTransformerOptions as CharTransformerOptions,
)
from pellucid.models.deep_convnet import (
    DeepConvNet as DeepConvNet,
    DeepConvNetOptions as DeepConvNetOptions,
)
from pellucid.models.generation import generate as generate
from pellucid.models.gru import (
    GRUClassifier as GRUClassifier,
    GRUClassifierOptions as GRUClassifierOptions,
)
from pellucid.models.l_layer import (
    LLayer as LLayer,
    LLayerOptions as LLayerOptions,
)
from pellucid.models.l_layer_by_hand import (
    Cache as Cache,
    l_layer_backward as l_layer_backward,
    l_layer_cost as l_layer_cost,
    l_layer_forward as l_layer_forward,
    l_layer_update as l_layer_update,
)
from pellucid.models.layers_by_hand import (
    AddLayer as AddLayer,
    AffineLayer as AffineLayer,
    IdentityWithLoss as IdentityWithLoss,
    MultiplyLayer as MultiplyLayer,
    ReluLayer as ReluLayer,
    SigmoidLayer as SigmoidLayer,
    SoftmaxWithLoss as SoftmaxWithLoss,
)
from pellucid.models.logistic_by_hand import (
    Fit as Fit,
    by_library as by_library,
    by_loops as by_loops,
    by_vectors as by_vectors,
)
from pellucid.models.logistic_regression import (
    LogisticRegression as LogisticRegression,
    LogisticRegressionOptions as LogisticRegressionOptions,
)
from pellucid.models.lstm import (
    LSTMClassifier as LSTMClassifier,
    LSTMClassifierOptions as LSTMClassifierOptions,
)
from pellucid.models.mlp import (
    MLP as MLP,
    MLPOptions as MLPOptions,
)
from pellucid.models.neuron import Neuron as Neuron
from pellucid.models.perceptron import (
    Learning as Learning,
    Perceptron as Perceptron,
    Xor as Xor,
    and_gate as and_gate,
    nand_gate as nand_gate,
    or_gate as or_gate,
)
from pellucid.models.perceptron_classifier import (
    PerceptronClassifier as PerceptronClassifier,
    PerceptronClassifierOptions as PerceptronClassifierOptions,
    perceptron_loss as perceptron_loss,
)
from pellucid.models.resnet import (
    ResidualBlock as ResidualBlock,
    ResNet as ResNet,
    ResNetOptions as ResNetOptions,
)
from pellucid.models.simple_convnet import (
    SimpleConvNet as SimpleConvNet,
    SimpleConvNetOptions as SimpleConvNetOptions,
)
from pellucid.models.two_layer_net import (
    TwoLayerNet as TwoLayerNet,
    TwoLayerNetOptions as TwoLayerNetOptions,
)
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
