"""The settings of a run under the names that they have on the command line, or in Python.

settings_of   by name, nested ones with dots between
spoken        a value in a cell
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pellucid.tables import printable

NOT_SET = "-"
LONGEST = 32  # characters in a cell: a model may be told in thousands
# Of a recipe, what its parts were told stands under its own name: no two share one.
PARTS = ("data_options", "model_options", "optimizer_options")
# What follows from other settings, and says nothing to a reader.
DERIVED = ("step", "data_checksum", "validation_checksum", "weights", "samples")
NO_SETTINGS = ("pellucid", "recipe", "data", "trainer", "format")


def settings_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a config.json holds; what was not set is left out.

    >>> recipe = {"data": "moons", "model_options": {"hidden": [50]}, "keep": None}
    >>> settings_of({"recipe": recipe})
    {'data': 'moons', 'hidden': '50'}
    """
    recipe = config.get("recipe")
    trainer = config.get("trainer")
    if isinstance(recipe, Mapping):
        found = dict(_of_recipe(recipe))
    else:
        known = trainer if isinstance(trainer, Mapping) else {}
        found = {name: value for name, value in known.items() if name not in DERIVED}
    found |= {name: value for name, value in config.items() if name not in NO_SETTINGS}
    return {name: _word(value) for name, value in _flat(found) if value is not None}


def _of_recipe(recipe: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in recipe.items():
        if name in PARTS and isinstance(value, Mapping):
            yield from value.items()
        elif name not in PARTS:
            yield name, value


def _flat(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Nested settings with dotted names, in their order."""
    waiting = list(reversed(list(settings.items())))
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(f"{name}.{key}", inner) for key, inner in reversed(list(value.items()))]
        else:
            yield name, value


def _word(value: Any) -> Any:
    """A list as it is written on the command line; a text on one line."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return " ".join(value.split()) if isinstance(value, str) else value


def spoken(value: Any) -> str:
    """A setting in a cell, as it is typed; of a long one the beginning.

    >>> spoken(0.01), spoken(None), spoken(True)
    ('0.01', '-', 'yes')
    """
    if value is None:
        return NOT_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:g}" if isinstance(value, float) else printable(str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
