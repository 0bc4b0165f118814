"""pellucid: a deep-learning library that one can see through.

    import pellucid as pc

Tensors and functions on them stand here; layers in `pellucid.nn`, optimizers in
`pellucid.optim`, data sets in `pellucid.data`, training in `pellucid.train`.
"""

from pellucid import functional, nn, optim
from pellucid.compile import capture, compile  # noqa: A004 (the field's word)
from pellucid.creation import (
    arange,
    concat,
    eye,
    full,
    full_like,
    linspace,
    one_hot,
    ones,
    ones_like,
    split,
    stack,
    where,
    zeros,
    zeros_like,
)
from pellucid.derivatives import (
    check_gradients,
    grad,
    hessian,
    jvp,
    numerical_gradient,
    value_and_grad,
    vjp,
)
from pellucid.executors.threads import set_threads
from pellucid.graph import Graph, Node, Value
from pellucid.primitives import PRIMITIVES, Elementwise, Primitive
from pellucid.random import Generator
from pellucid.scan import scan
from pellucid.scopes import scope
from pellucid.tensor import Tensor, apply, from_dlpack, tensor
from pellucid.text import parse
from pellucid.variables import Buffer, Parameter, Variable
from pellucid.windows import Window

__version__ = "0.1.0"

__all__ = [
    "PRIMITIVES",
    "Buffer",
    "Elementwise",
    "Generator",
    "Graph",
    "Node",
    "Parameter",
    "Primitive",
    "Tensor",
    "Value",
    "Variable",
    "Window",
    "__version__",
    "apply",
    "arange",
    "capture",
    "check_gradients",
    "compile",
    "concat",
    "eye",
    "from_dlpack",
    "full",
    "full_like",
    "functional",
    "grad",
    "hessian",
    "jvp",
    "linspace",
    "nn",
    "numerical_gradient",
    "one_hot",
    "ones",
    "ones_like",
    "optim",
    "parse",
    "scan",
    "scope",
    "set_threads",
    "split",
    "stack",
    "tensor",
    "value_and_grad",
    "vjp",
    "where",
    "zeros",
    "zeros_like",
]
