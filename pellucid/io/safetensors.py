"""Named arrays in a safetensors file: no pickle, checked when read, written atomically.

    save(path, arrays, metadata)    write
    load(path)                      -> (arrays, metadata)

Source: the format, https://github.com/huggingface/safetensors#format
"""

import json
import os
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import safetensors
from numpy.typing import NDArray

from pellucid.disk import AnyPath, expanded
from pellucid.errors import DTypeError, FileError, OptionError
from pellucid.io.files import file_error, write_atomic
from pellucid.strict import strict

Arrays = dict[str, NDArray[Any]]

# The format's name of each element type that NumPy has too.
DTYPES = {
    "BOOL": np.dtype(np.bool_),
    **{f"I{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
    **{f"U{bits}": np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64)},
    **{f"F{bits}": np.dtype(f"float{bits}") for bits in (16, 32, 64)},
    "C64": np.dtype(np.complex64),
}
# Large elements first, so that each begins where its type asks for: the library's own order.
ORDER = ("U64", "I64", "F64", "C64", "F32", "U32", "I32", "F16", "U16", "I16", "I8", "U8", "BOOL")


@strict
def save(
    path: AnyPath,
    arrays: Mapping[str, Any],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write named arrays of any shape, and texts by name, as one safetensors file.

    The same arrays and texts always give the same bytes. A file that is there is replaced as a
    whole, or stays as it was.

    Errors: DTypeError naming the array whose element type the format does not know; OptionError
        for a name or text that is not a string; FileError where the file cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(folder + "/w.safetensors", {"w": np.eye(2).T}, {"made_by": "a doctest"})
    ...     arrays, metadata = load(folder + "/w.safetensors")
    >>> arrays["w"].tolist(), metadata
    ([[1.0, 0.0], [0.0, 1.0]], {'made_by': 'a doctest'})
    """
    texts = dict(metadata or {})
    _check_names(path, arrays, texts)
    ready = {name: np.asarray(value) for name, value in arrays.items()}
    kinds = {name: _element_type(path, name, array) for name, array in ready.items()}
    order = sorted(ready, key=lambda name: (ORDER.index(kinds[name]), name))
    header: dict[str, Any] = {"__metadata__": dict(sorted(texts.items()))} if texts else {}
    end = 0
    for name in order:
        begin = end
        end = end + ready[name].nbytes
        shape = list(ready[name].shape)
        header[name] = {"dtype": kinds[name], "shape": shape, "data_offsets": [begin, end]}

    def write(file: BinaryIO) -> None:
        """Array by array: in memory there is no second copy of all."""
        file.write(_framed(path, header))
        for name in order:
            file.write(_bytes(ready[name]))

    write_atomic(path, write)


@strict
def load(path: AnyPath) -> tuple[Arrays, dict[str, str]]:
    """The arrays and the texts of a safetensors file, in the order of their names.

    The header is checked against the size of the file before memory is taken.

    Errors: FileError naming the file and what is wrong: missing, cut short, not a safetensors
        file, a header that does not fit the data, an element type that NumPy does not have.
    """
    path = expanded(path)
    try:
        if not os.path.isfile(path):
            os.stat(path)
            raise FileError(f"load {os.fspath(path)}: not a regular file. Give a safetensors file.")
        with safetensors.safe_open(path, framework="numpy") as file:
            names = sorted(file.keys())
            arrays = {name: _owned(path, name, file) for name in names}
            metadata = dict(sorted((file.metadata() or {}).items()))
    except FileError:
        raise
    except OSError as error:
        raise file_error("load", path, error) from error
    except safetensors.SafetensorError as error:
        raise FileError(
            f"load {os.fspath(path)}: not a whole safetensors file "
            f"({os.path.getsize(path):,} bytes): {error}. "
            "It is damaged, cut short or of another format; copy or make it again."
        ) from error
    return arrays, metadata


def _check_names(path: AnyPath, arrays: Mapping[str, Any], metadata: Mapping[str, str]) -> None:
    for name in arrays:
        if not isinstance(name, str) or name == "__metadata__":
            raise OptionError(
                f"save {os.fspath(path)}: {name!r} cannot name an array. Names are strings, "
                "and '__metadata__' belongs to the format."
            )
    for name, text in metadata.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise OptionError(
                f"save {os.fspath(path)}: metadata {name!r}: {text!r} is not text. Metadata maps "
                "strings to strings: use str() or json.dumps()."
            )


def _element_type(path: AnyPath, name: str, array: NDArray[Any]) -> str:
    """The format's name of an array's element type."""
    known = array.dtype.newbyteorder("=")
    found = next((kind for kind, dtype in DTYPES.items() if dtype == known), None)
    if found is None:
        raise DTypeError(
            f"save {os.fspath(path)}: array {name!r} has element type {array.dtype}. The format "
            f"knows {', '.join(str(dtype) for dtype in DTYPES.values())}: convert it with astype()."
        )
    return found


def _bytes(array: NDArray[Any]) -> memoryview:
    """The elements as the format has them: little-endian, row by row. Copied where they are not."""
    plain = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    return plain.reshape(-1).view(np.uint8).data


def _framed(path: AnyPath, header: Mapping[str, Any]) -> bytes:
    """The header with its length before it; the arrays begin at a multiple of 8 bytes."""
    try:
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise OptionError(
            f"save {os.fspath(path)}: {error.object[error.start : error.end]!r} in a name or text "
            "is no character: half of a surrogate pair. Names and texts are Unicode."
        ) from error
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _owned(path: AnyPath, name: str, file: Any) -> NDArray[Any]:
    """One array in memory of its own, so that nothing refers to the file once it is closed."""
    dtype = file.get_slice(name).get_dtype()
    if dtype not in DTYPES:
        raise FileError(
            f"load {os.fspath(path)}: array {name!r} has element type {dtype}, which NumPy does "
            "not have. Convert the file to F32 with the program that wrote it."
        )
    return np.array(file.get_tensor(name), order="C")
