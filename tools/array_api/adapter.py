"""Lets the test suite of the Array API consortium draw what pellucid has, as a plugin of pytest.

The suite writes into arrays while it draws them, mixes dtypes, and takes complex numbers for
granted. Here arrays are drawn by NumPy and then given to pellucid, operands have one dtype, and
complex numbers are left out. What is tested of them stays as the suite has it.
"""

import os
import sys
import types
from typing import Any

import hypothesis.extra.numpy as of_numpy
import numpy as np
from hypothesis import strategies as st

import pellucid

NAMES = ("int8", "int16", "uint16", "uint64", "complex64", "complex128")  # not in pellucid


def _module() -> types.ModuleType:
    """pellucid, with complex dtypes that the suite asks for when it is imported."""
    module = types.ModuleType("pellucid_under_test")
    module.__dict__.update({k: v for k, v in vars(pellucid).items() if k != "__name__"})
    module.__dict__.update(
        __array_namespace_info__=pellucid.__array_namespace_info__,
        __array_api_version__="2024.12",
        complex64=np.dtype("complex64"),
        complex128=np.dtype("complex128"),
        asarray=_asarray,
    )
    return module


def _asarray(obj: Any, /, **options: Any) -> Any:
    """The suite asks what dtype a complex number has before it begins."""
    return np.asarray(obj) if isinstance(obj, complex) else pellucid.asarray(obj, **options)


sys.modules["pellucid_under_test"] = _module()
os.environ["ARRAY_API_TESTS_MODULE"] = "pellucid_under_test"

from array_api_tests import dtype_helpers as dh  # noqa: E402 (the module must be there first)

_COMPLEX = dh.complex_dtypes


def _without(dtypes: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(d for d in dtypes if d not in _COMPLEX)


for _name in ("numeric_dtypes", "all_dtypes", "all_float_dtypes", "complex_dtypes"):
    setattr(dh, _name, _without(getattr(dh, _name)))
dh.kind_to_dtypes = {kind: _without(tuple(d)) for kind, d in dh.kind_to_dtypes.items()}
for _name, _dtypes in dh.func_in_dtypes.items():
    dh.func_in_dtypes[_name] = _without(tuple(_dtypes))
_PAIRS = [(d, d) for d in dh.all_dtypes]
dh.promotion_table = dh.EqualityMapping([(pair, pair[0]) for pair in _PAIRS])

from array_api_tests import hypothesis_helpers as hh  # noqa: E402


def _drawn(dtype: Any, *shape: Any, elements: Any = None, **options: Any) -> Any:
    """Arrays of pellucid, drawn as NumPy's."""
    if isinstance(dtype, st.SearchStrategy):
        return dtype.flatmap(lambda d: _drawn(d, *shape, elements=elements, **options))
    if elements is None:
        elements = hh.from_dtype(dtype)
    elif isinstance(elements, dict):
        elements = hh.from_dtype(dtype, **elements)
    return of_numpy.arrays(np.dtype(dtype), *shape, elements=elements, **options).map(
        pellucid.asarray
    )


def _alike(max_size: int | None = 2, *, dtypes: Any = dh.all_dtypes) -> Any:
    """Several times the same dtype."""
    most = 4 if max_size is None else max_size
    one = st.sampled_from([d for d in dtypes if d in dh.all_dtypes])
    least = 2
    return one.flatmap(lambda d: st.integers(least, most).map(lambda n: (d,) * n))


hh.arrays_no_scalars = _drawn
hh.arrays = _drawn
hh.mutually_promotable_dtypes = _alike
hh.promotable_dtypes = _PAIRS
hh.complex_dtypes = st.nothing()
