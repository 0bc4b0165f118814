"""The weights of a module as named arrays, in memory or in a file, and back.

Savable    what every module inherits: state_dict, load_state_dict, save, load
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from pellucid.disk import AnyPath
from pellucid.errors import StateError
from pellucid.nn.base import BaseModule
from pellucid.state import Loaded, State, copies, held, restore
from pellucid.strict import strict

FORM = "model"  # of the model that a file was saved from, among its texts
MOST_SHOWN = 400  # characters of it that an error shows


@strict
class Savable(BaseModule):
    """A module as what it can keep of itself."""

    def state_dict(self) -> State:
        """Copies of all arrays, parameters and buffers, by path."""
        return copies(self.variables())

    def load_state_dict(self, state: Mapping[str, Any], *, strict: bool = True) -> Loaded:
        """Take the arrays of a state that a module of the same form gave.

        With `strict=False`, names that only one side knows are left alone. What comes back
        tells which were loaded, left and missing. Errors: StateError listing everything
        missing, unexpected, or of another shape or dtype, or where no name is the same; then
        nothing was loaded.
        """
        where = f"{type(self).__name__}.load_state_dict"
        try:
            return restore(where, self.variables(), state, strict=strict)
        except StateError as error:
            _tell(error, self, state)
            raise

    def save(self, path: AnyPath) -> None:
        """Write all arrays, parameters and buffers, by path into a safetensors file.

        The file is replaced as a whole, or stays as it was. Errors: FileError.
        """
        from pellucid.io import safetensors  # on use: not every program keeps a model

        with held(self.variables()) as arrays:
            safetensors.save(path, arrays, {FORM: " ".join(repr(self).split())})

    def load(self, path: AnyPath) -> Self:
        """Take the arrays of a file that `save` of a module of the same form wrote, or a run.

        The module itself is returned: `model = Net().load("net.safetensors")`. Errors:
        FileError for a file that is missing or damaged; StateError, as `load_state_dict`, with
        the form of the model that was saved; then nothing was loaded.
        """
        from pellucid.io import safetensors

        arrays, texts = safetensors.load(path)
        try:
            restore(f"{type(self).__name__}.load {path}", self.variables(), arrays, strict=True)
        except StateError as error:
            _tell(error, self, arrays)
            raise StateError(f"{error}{_hint(arrays, texts)}") from None
        return self


def _tell(error: StateError, module: BaseModule, state: Mapping[str, Any]) -> None:
    """Add which layers have other sizes, and what they would have to be."""
    # Whatever goes wrong in explaining an error must not hide it.
    with suppress(Exception):
        from pellucid.misfits.states import other_sizes  # on use: what fits pays nothing

        error.args = ("\n".join([str(error), *other_sizes(module, state)]),)


def _hint(arrays: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """What the file says of itself."""
    if FORM in texts:
        return f" It was saved from {texts[FORM][:MOST_SHOWN]}."
    if any(name.startswith("model/") for name in arrays):
        return " It is a checkpoint of a run: open the run's folder by pellucid.load(FOLDER)."
    return ""
