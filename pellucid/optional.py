"""Libraries that are imported on use, and what is said where one cannot be.

imported    a module of such a library
reason      why it cannot be imported: not installed, no memory, or what it says itself
"""

import importlib
from typing import Any

from pellucid.errors import PellucidError

NO_MEMORY = ("cannot allocate memory", "failed to map segment", "memoryerror", "out of memory")


def imported(name: str, who: str, kind: type[PellucidError], *, package: str = "") -> Any:
    """The module of that name; `who` wants it and what for, `package` is what to install.

    Errors: `kind`, naming the remedy where it is not installed; MemoryError where that is it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        why, remedy = reason(name.partition(".")[0], error, package)
        message = f"{who}, cannot be imported: {why}. {remedy}"
        if remedy == "Free some memory.":
            raise MemoryError(message.rstrip(".")) from error
        raise kind(message.rstrip()) from error


def reason(library: str, error: Exception, package: str = "") -> tuple[str, str]:
    """Why a library cannot be imported, and the remedy, for people; "" where none is known."""
    text = str(error) or type(error).__name__
    if any(sign in text.lower() for sign in NO_MEMORY):
        return f"not enough memory ({text})", "Free some memory."
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if (missing or "").partition(".")[0] == library:
        return "it is not installed", f"Install it: python -m pip install {package or library}"
    return text, ""
