"""NumPy's functions called with tensors: they compute as pellucid's own of the same meaning.

    of_ufunc        np.exp(x), np.add(x, y) and their kin
    of_function     np.mean(x), np.concatenate([x, y]) and their kin

Gradients and captured functions work through them. What pellucid does not have is done by NumPy
with the numbers, and gives arrays; where a gradient would be lost by that, it is refused.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import GradientError

# NumPy's names where they are not those of the Array API standard.
NAMES = {
    "absolute": "abs",
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "true_divide": "divide",
    "power": "pow",
    "rint": "round",
    "invert": "bitwise_invert",
    "left_shift": "bitwise_left_shift",
    "right_shift": "bitwise_right_shift",
    "mod": "remainder",
    "conjugate": "conj",
    "concatenate": "concat",
    "amax": "max",
    "amin": "min",
    "cumsum": "cumulative_sum",
    "cumprod": "cumulative_prod",
}
ARGUMENTS = {"ddof": "correction"}
# What has no gradient to lose: asked of the numbers, whatever they came from.
QUESTIONS = frozenset((
    "shape", "ndim", "size", "allclose", "isclose", "array_equal", "array_equiv", "array_repr",
    "array_str", "array2string", "save", "savez", "savez_compressed", "savetxt", "histogram",
    "may_share_memory", "shares_memory", "result_type", "can_cast", "iscomplexobj", "isrealobj",
))  # fmt: skip
_UNSET = (None, np._NoValue)  # what NumPy's arguments are where nobody gave them


def of_ufunc(
    ufunc: Any,
    method: str,
    inputs: Sequence[Any],
    options: Mapping[str, Any],
) -> Any:
    """A ufunc of tensors and others."""
    ours = _ours(ufunc.__name__)
    if method == "__call__" and not options and ours is not None:
        return ours(*inputs)
    plain = getattr(ufunc, method)
    return _by_numpy(
        f"{ufunc.__name__}{'' if method == '__call__' else f'.{method}'}", plain, inputs, options
    )


def of_function(function: Any, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Another function of NumPy, of tensors and others."""
    name = function.__name__
    ours = None if name in QUESTIONS else _ours(name)
    if ours is None:
        return _by_numpy(name, function, arguments, options)
    try:
        given = inspect.signature(function).bind(*arguments, **options).arguments
    except ValueError:  # of a few that are written in C, NumPy does not tell the arguments
        return ours(*arguments, **options)
    wanted = inspect.signature(ours).parameters
    data, rest = _in_form(given, wanted)
    if any(k not in wanted for k in rest):
        return _by_numpy(name, function, arguments, options)
    return ours(*data, **rest)


def _by_numpy(name: str, function: Any, arguments: Any, options: Any) -> Any:
    """What NumPy makes of the numbers, where no gradient would be lost unseen."""

    def numbers(x: Any) -> Any:
        if isinstance(x, list | tuple):
            return type(x)(numbers(part) for part in x)
        if not hasattr(x, "stop_gradient"):
            return x
        array = x.known(f"np.{name}")
        if x.origin is not None and name not in QUESTIONS:
            raise GradientError(
                f"np.{name}: pellucid has nothing of that kind, and the gradient of this tensor "
                f"would not go through it. For its numbers alone write np.{name}(x.numpy(), ...)."
            )
        return array

    return function(*map(numbers, arguments), **{k: numbers(v) for k, v in options.items()})


def _in_form(
    given: Mapping[str, Any], wanted: Mapping[str, inspect.Parameter]
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by place, and those by name, as ours take them."""
    told = {k: v for k, v in given.items() if not any(v is unset for unset in _UNSET)}
    named = {ARGUMENTS.get(k, k): v for k, v in told.items()}
    by_place = [p for p in wanted.values() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    data: list[Any] = []
    for key in list(named)[: len(by_place)]:
        if key in wanted and wanted[key].kind is inspect.Parameter.KEYWORD_ONLY:
            break
        data.append(named.pop(key))
    return data, named


def _transpose(x: Any, /, axes: Any = None) -> Any:
    """All axes in reverse order, or in the order that is given."""
    return x.T if axes is None else x.permute_dims(tuple(axes))


def _dot(x1: Any, x2: Any, /) -> Any:
    """The product of vectors and matrices; of more axes, `dot` is what `tensordot` can do."""
    ours = sys.modules["pellucid"]
    a = ours.asarray(x1)
    b = ours.asarray(x2)
    if 0 in (a.ndim, b.ndim):
        return a * b
    return a @ b if b.ndim < 3 else ours.tensordot(a, b, axes=((-1,), (-2,)))


_ONLY_NUMPYS: dict[str, Callable[..., Any]] = {"transpose": _transpose, "dot": _dot}


def _ours(name: str) -> Callable[..., Any] | None:
    """Our function of the same meaning, if there is one."""
    found = _ONLY_NUMPYS.get(name) or getattr(sys.modules["pellucid"], NAMES.get(name, name), None)
    return found if inspect.isfunction(found) else None
