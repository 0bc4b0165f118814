"""Layers: modules with named variables, and the rules for their initial values.

What suits which data: dense layers for tables, convolution for images, recurrent layers and
attention for sequences.
"""

from typing import TYPE_CHECKING

from pellucid.nn import init as init
from pellucid.nn.activations import (
    ELU as ELU,
    GELU as GELU,
    GELUTanh as GELUTanh,
    Identity as Identity,
    LeakyReLU as LeakyReLU,
    LogSoftmax as LogSoftmax,
    ReLU as ReLU,
    Sigmoid as Sigmoid,
    SiLU as SiLU,
    Softmax as Softmax,
    Softplus as Softplus,
    Step as Step,
    Tanh as Tanh,
)
from pellucid.nn.calls import (
    Call as Call,
    calls as calls,
)
from pellucid.nn.linear import (
    Flatten as Flatten,
    Linear as Linear,
)
from pellucid.nn.module import Module as Module
from pellucid.nn.sequential import Sequential as Sequential
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.nn.attention import (
        MultiHeadAttention as MultiHeadAttention,
        TransformerBlock as TransformerBlock,
    )
    from pellucid.nn.cells import (
        Cell as Cell,
        GRUCell as GRUCell,
        LSTMCell as LSTMCell,
        RNNCell as RNNCell,
    )
    from pellucid.nn.conv import (
        Conv1d as Conv1d,
        Conv2d as Conv2d,
        ConvTranspose1d as ConvTranspose1d,
        ConvTranspose2d as ConvTranspose2d,
    )
    from pellucid.nn.dropout import (
        BookDropout as BookDropout,
        Dropout as Dropout,
        Dropout2d as Dropout2d,
    )
    from pellucid.nn.embedding import Embedding as Embedding
    from pellucid.nn.normalization import (
        BatchNorm as BatchNorm,
        GroupNorm as GroupNorm,
        LayerNorm as LayerNorm,
    )
    from pellucid.nn.pooling import (
        AvgPool1d as AvgPool1d,
        AvgPool2d as AvgPool2d,
        GlobalAvgPool1d as GlobalAvgPool1d,
        GlobalAvgPool2d as GlobalAvgPool2d,
        MaxPool1d as MaxPool1d,
        MaxPool2d as MaxPool2d,
    )
    from pellucid.nn.predictor import Predictor as Predictor
    from pellucid.nn.recurrent import (
        GRU as GRU,
        LSTM as LSTM,
        RNN as RNN,
        LastState as LastState,
        Recurrent as Recurrent,
    )
    from pellucid.nn.residual import Residual as Residual
    from pellucid.nn.summary import (
        Row as Row,
        Summary as Summary,
        flops as flops,
    )


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)
