"""pellucid: a deep-learning library that one can see through.

    import pellucid as pc

Tensors and functions on them stand here; layers in `pellucid.nn`, optimizers in
`pellucid.optim`, data sets in `pellucid.data`, training in `pellucid.train`.
"""

# isort: skip_file
from typing import TYPE_CHECKING

from pellucid import functional, nn, optim
from pellucid.class_ids import one_hot
from pellucid.compile import capture, compile
from pellucid.creation import (
    arange,
    concat,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    split,
    stack,
    where,
    zeros,
    zeros_like,
)
from pellucid.executors.threads import set_threads
from pellucid.graph import Graph, Node, Value
from pellucid.on_use import on_use
from pellucid.primitives import PRIMITIVES, Elementwise, Primitive
from pellucid.random import Generator
from pellucid.scopes import scope
from pellucid.tensor import Tensor, apply, tensor
from pellucid.variables import Buffer, Parameter, Variable
from pellucid.version import __version__

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid import augment as augment, data as data, io as io, lab as lab
    from pellucid import (
        measures as measures,
        models as models,
        plot as plot,
        runs as runs,
        train as train,
        tune as tune,
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
    from pellucid.languages import language
    from pellucid.linter.linting import lint
    from pellucid.explanation.explanation import explain
    from pellucid.runs import Run, load
    from pellucid.scanning import scan

    # fmt: off
    from pellucid.standard.dtypes import (
        __array_namespace_info__ as __array_namespace_info__, asarray, astype, bool as bool,
        can_cast, e, finfo, float32, float64, from_dlpack, iinfo, inf, int32, int64, isdtype, nan,
        newaxis, pi, result_type, uint32, uint8,
    )
    from pellucid.standard.elementwise import (
        abs as abs, add, ceil, clip, conj, copysign, divide, exp, expm1, floor, floor_divide,
        hypot, imag, log, log10, log1p, log2, logaddexp, maximum, minimum, multiply, negative,
        nextafter, positive, pow as pow, real, reciprocal, remainder, round as round, sign,
        signbit, sqrt, square, subtract, trunc,
    )
    from pellucid.standard.logic import (
        bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_or, bitwise_right_shift,
        bitwise_xor, equal, greater, greater_equal, isfinite, isinf, isnan, less, less_equal,
        logical_and, logical_not, logical_or, logical_xor, not_equal,
    )
    from pellucid.standard.manipulation import (
        broadcast_arrays, broadcast_shapes, broadcast_to, expand_dims, flip, matrix_transpose,
        meshgrid, moveaxis, permute_dims, repeat, reshape, roll, squeeze, take, take_along_axis,
        tile, tril, triu, unstack,
    )
    from pellucid.standard.products import (
        matmul, tensordot, vecdot,
    )
    from pellucid.standard.searching import (
        argmax, argmin, argsort, isin, nonzero, searchsorted, sort, unique_all, unique_counts,
        unique_inverse, unique_values,
    )
    from pellucid.standard.statistical import (
        all as all, any as any, count_nonzero, cumulative_prod, cumulative_sum, diff, max as max,
        mean, min as min, prod, std, sum as sum, var,
    )
    from pellucid.standard.waves import (
        acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, sin, sinh, tan, tanh,
    )
    # fmt: on
    from pellucid.graph_text import parse
    from pellucid.windows import Window


# Less the names that are those of Python too, such as sum: a star import changes none of them.
__all__ = [
    "PRIMITIVES", "Buffer", "Elementwise", "Generator", "Graph", "Node", "Parameter",
    "Primitive", "Run", "Tensor", "Value", "Variable", "Window", "__version__", "acos", "acosh",
    "add", "apply", "arange", "argmax", "argmin", "argsort", "asarray", "asin", "asinh",
    "astype", "atan", "atan2", "atanh", "bitwise_and", "bitwise_invert", "bitwise_left_shift",
    "bitwise_or", "bitwise_right_shift", "bitwise_xor", "broadcast_arrays", "broadcast_shapes",
    "broadcast_to", "can_cast", "capture", "ceil", "check_gradients", "clip", "compile",
    "concat", "conj", "copysign", "cos", "cosh", "count_nonzero", "cumulative_prod",
    "cumulative_sum", "diff", "divide", "e", "empty", "empty_like", "equal", "exp",
    "expand_dims", "explain", "expm1", "eye", "finfo", "flip", "float32", "float64", "floor",
    "floor_divide", "from_dlpack", "full", "full_like", "functional", "grad", "greater",
    "greater_equal", "hessian", "hypot", "iinfo", "imag", "inf", "int32", "int64", "isdtype",
    "isfinite", "isin", "isinf", "isnan", "jvp", "language", "less", "less_equal", "linspace",
    "lint", "load", "log", "log1p", "log2", "log10", "logaddexp", "logical_and", "logical_not",
    "logical_or", "logical_xor", "matmul", "matrix_transpose", "maximum", "mean", "meshgrid",
    "minimum", "moveaxis", "multiply", "nan", "negative", "newaxis", "nextafter", "nn",
    "nonzero", "not_equal", "numerical_gradient", "one_hot", "ones", "ones_like", "optim",
    "parse", "permute_dims", "pi", "positive", "prod", "real", "reciprocal", "remainder",
    "repeat", "reshape", "result_type", "roll", "scan", "scope", "searchsorted", "set_threads",
    "sign", "signbit", "sin", "sinh", "sort", "split", "sqrt", "square", "squeeze", "stack",
    "std", "subtract", "take", "take_along_axis", "tan", "tanh", "tensor", "tensordot", "tile",
    "tril", "triu", "trunc", "uint8", "uint32", "unique_all", "unique_counts", "unique_inverse",
    "unique_values", "unstack", "value_and_grad", "var", "vecdot", "vjp", "where", "zeros",
    "zeros_like",
]  # fmt: skip
# Python's names that stand here too, as the standard wants it.
_PYTHONS = ("abs", "all", "any", "bool", "max", "min", "pow", "round", "sum")

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)
