"""What `help` shows of public functions and classes: short, aliases by their names."""

import importlib
import inspect

import pytest

from pellucid.arrays import ArrayLike, Named

PACKAGES = (
    "pellucid", "pellucid.augment", "pellucid.data", "pellucid.functional", "pellucid.measures",
    "pellucid.models", "pellucid.nn", "pellucid.nn.init", "pellucid.optim", "pellucid.plot",
    "pellucid.train", "pellucid.tune",
)  # fmt: skip
LONGEST = 770  # characters: for the one with the most options, each with its type and default


def signatures(package):
    """The signatures of all that is public, methods among it, by name."""
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", None) or vars(module):
        thing = getattr(module, name)
        parts = vars(thing).items() if inspect.isclass(thing) else ()
        methods = [(f"{name}.{k}", v) for k, v in parts if callable(v) and k[0] != "_"]
        for place, function in [(name, thing), *methods]:
            try:
                yield place, str(inspect.signature(function))
            except (TypeError, ValueError):  # not called, or of C
                continue


@pytest.mark.parametrize("package", PACKAGES)
def test_signatures_are_short_and_call_aliases_by_their_names(package):
    for name, text in signatures(package):
        assert "Union[" not in text, name
        assert "_typing" not in text, name
        assert len(text) <= LONGEST, name


def test_an_alias_stands_by_its_name_also_beside_others():
    def f(x: ArrayLike, y: ArrayLike | None = None, z: int | Named("Sizes") = 1) -> None: ...

    text = "(x: ArrayLike, y: ArrayLike | None = None, z: int | Sizes = 1) -> None"
    assert str(inspect.signature(f)) == text
