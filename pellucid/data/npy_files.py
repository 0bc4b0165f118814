"""Arrays that stay in their `.npy` files: pages are read when they are used, and given back.

opened    an array over a file, read-only; what the file says is compared with what it holds
"""

import os
from typing import Any

import numpy as np

from pellucid.disk import expanded
from pellucid.errors import FileError

NUMBERS = "biuf"  # kinds of dtype that are numbers
TEXTS = "US"


def opened(where: str, path: str | os.PathLike[str], kinds: str = NUMBERS) -> Any:
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
        why = error.strerror or error
        raise FileError(f"{where}: {file} cannot be opened: {why}. Check the path.") from error
    except (ValueError, EOFError) as error:
        raise FileError(
            f"{where}: {file} is no whole .npy file of numbers: {error}. Write it with "
            "np.save(path, array)."
        ) from error
    if not isinstance(held, np.memmap) or held.dtype.kind not in kinds:
        what = held.dtype if isinstance(held, np.ndarray) else "several arrays"
        raise FileError(f"{where}: {file} holds {what}. It is a .npy file of numbers.")
    return np.asarray(held)  # without the class: a part of it is an array like any other
