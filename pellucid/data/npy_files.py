"""Arrays that stay in their `.npy` files: pages are read when they are used, and given back.

opened       an array over a file, read-only; what the file says is compared with what it holds
NpyWriter    a file that grows row by row
"""

import zlib
from typing import Any

import numpy as np

from pellucid.disk import AnyPath, expanded
from pellucid.errors import FileError
from pellucid.io.files import file_error

NUMBERS = "biuf"  # kinds of dtype that are numbers
TEXTS = "US"


def opened(where: str, path: AnyPath, kinds: str = NUMBERS) -> Any:
    """The array in a `.npy` file, as a view of the file that nobody can write through.

    `where`: the function that errors name. `kinds`: of dtypes that the array may have.

    Errors: FileError naming the file that is missing, no such file, cut off, or not of numbers.
    """
    file = expanded(path)
    try:
        held = np.load(file, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise FileError(f"{where}: {file}: there is no such file. Check the path.") from error
    except OSError as error:
        raise file_error(f"{where}: open", file, error) from error
    except (ValueError, EOFError) as error:
        raise FileError(
            f"{where}: {file} is no whole .npy file of numbers: {error}. Write it with "
            "np.save(path, array)."
        ) from error
    if not isinstance(held, np.memmap) or held.dtype.kind not in kinds:
        what = held.dtype if isinstance(held, np.ndarray) else "several arrays"
        raise FileError(f"{where}: {file} holds {what}. It is a .npy file of numbers.")
    return np.asarray(held)  # without the class: a part of it is an array like any other


class NpyWriter:
    """A `.npy` file that grows row by row: `add(rows)`, at the end `close()`.

    `rows`: how many it holds. `checksum`: of their bytes.
    """

    def __init__(self, path: str, sample: tuple[int, ...], dtype: Any) -> None:
        self.rows = 0
        self._sample = sample
        self._dtype = np.dtype(dtype)
        self._crc = 0
        self._file = open(path, "wb")  # noqa: SIM115 (open while rows come)
        self._header()

    @property
    def checksum(self) -> str:
        """CRC-32 of the numbers, as they lie in the file."""
        return f"{self._crc:08x}"

    def add(self, rows: Any) -> None:
        """Write some rows behind the others."""
        block: Any = np.ascontiguousarray(rows, self._dtype)
        self._crc = zlib.crc32(block, self._crc)
        self._file.write(memoryview(block).cast("B"))
        self.rows += len(block)

    def close(self) -> None:
        """Say in the header how many rows there are."""
        self._file.seek(0)
        self._header()
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _header(self) -> None:
        # NumPy leaves room for any number of rows: a header has the same length for all.
        told = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self.rows, *self._sample),
        }
        np.lib.format.write_array_header_1_0(self._file, told)
