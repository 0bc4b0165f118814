"""Layers: modules with named variables, and the rules for their initial values.

What suits which data: dense layers for tables, convolution for images, recurrent layers and
attention for sequences.
"""

from typing import TYPE_CHECKING

from pellucid.nn import init as init
from pellucid.nn.activations import ELU as ELU
from pellucid.nn.activations import GELU as GELU
from pellucid.nn.activations import GELUTanh as GELUTanh
from pellucid.nn.activations import Identity as Identity
from pellucid.nn.activations import LeakyReLU as LeakyReLU
from pellucid.nn.activations import LogSoftmax as LogSoftmax
from pellucid.nn.activations import ReLU as ReLU
from pellucid.nn.activations import Sigmoid as Sigmoid
from pellucid.nn.activations import SiLU as SiLU
from pellucid.nn.activations import Softmax as Softmax
from pellucid.nn.activations import Softplus as Softplus
from pellucid.nn.activations import Step as Step
from pellucid.nn.activations import Tanh as Tanh
from pellucid.nn.calls import Call as Call
from pellucid.nn.calls import calls as calls
from pellucid.nn.linear import Flatten as Flatten
from pellucid.nn.linear import Linear as Linear
from pellucid.nn.module import Module as Module
from pellucid.nn.sequential import Sequential as Sequential
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.nn.attention import MultiHeadAttention as MultiHeadAttention
    from pellucid.nn.attention import TransformerBlock as TransformerBlock
    from pellucid.nn.cells import Cell as Cell
    from pellucid.nn.cells import GRUCell as GRUCell
    from pellucid.nn.cells import LSTMCell as LSTMCell
    from pellucid.nn.cells import RNNCell as RNNCell
    from pellucid.nn.conv import Conv1d as Conv1d
    from pellucid.nn.conv import Conv2d as Conv2d
    from pellucid.nn.conv import ConvTranspose1d as ConvTranspose1d
    from pellucid.nn.conv import ConvTranspose2d as ConvTranspose2d
    from pellucid.nn.dropout import BookDropout as BookDropout
    from pellucid.nn.dropout import Dropout as Dropout
    from pellucid.nn.dropout import Dropout2d as Dropout2d
    from pellucid.nn.embedding import Embedding as Embedding
    from pellucid.nn.normalization import BatchNorm as BatchNorm
    from pellucid.nn.normalization import GroupNorm as GroupNorm
    from pellucid.nn.normalization import LayerNorm as LayerNorm
    from pellucid.nn.pooling import AvgPool1d as AvgPool1d
    from pellucid.nn.pooling import AvgPool2d as AvgPool2d
    from pellucid.nn.pooling import GlobalAvgPool1d as GlobalAvgPool1d
    from pellucid.nn.pooling import GlobalAvgPool2d as GlobalAvgPool2d
    from pellucid.nn.pooling import MaxPool1d as MaxPool1d
    from pellucid.nn.pooling import MaxPool2d as MaxPool2d
    from pellucid.nn.predictor import Predictor as Predictor
    from pellucid.nn.recurrent import GRU as GRU
    from pellucid.nn.recurrent import LSTM as LSTM
    from pellucid.nn.recurrent import RNN as RNN
    from pellucid.nn.recurrent import LastState as LastState
    from pellucid.nn.recurrent import Recurrent as Recurrent
    from pellucid.nn.residual import Residual as Residual
    from pellucid.nn.summary import Row as Row
    from pellucid.nn.summary import Summary as Summary
    from pellucid.nn.summary import flops as flops


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)
