"""How arrays and names are written in the text of a graph.

constant_text   the elements of an array, or its digest
digest          a name for the contents of an array
dtype_text      a dtype, that of a record too
legal_name      a name without characters that the text cannot hold
Written         a base of what is looked at as its text
"""

import hashlib
import re
from typing import Any

import numpy as np


class Written:
    """A base of what is looked at as its text, on a command line and in a notebook."""

    def __repr__(self) -> str:
        return str(self).rstrip()

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from pellucid.displays import listing

        return listing(type(self).__name__, str(self))


def constant_text(array: Any) -> str:
    """The elements in row-major order, or a digest where there are more than 16."""
    if array.size <= 16:
        return f"[{', '.join(str(x) for x in array.ravel())}]"
    return digest(array)


def legal_name(text: str) -> str:
    """The text as a name that the text form can hold: other characters become `_`.

    >>> legal_name("encoder.weights (old)")
    'encoder.weights__old_'
    """
    return re.sub(r"[^\w.~-]", "_", text)


def digest(array: Any) -> str:
    """A name for the contents of an array."""
    return f"sha256:{hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}"


def dtype_text(dtype: np.dtype[Any]) -> str:
    """The name of a dtype; of a record the dtypes and sizes of its arrays, in braces.

    >>> dtype_text(np.dtype([("f0", "f4", (2, 3)), ("f1", "i8")]))
    '{float32[2,3], int64[]}'
    """
    if dtype.names is None:
        return str(dtype)
    parts = (dtype[i] for i in range(len(dtype.names)))
    words = [f"{part.base}[{','.join(map(str, part.shape))}]" for part in parts]
    return f"{{{', '.join(words)}}}"
