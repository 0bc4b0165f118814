"""`pellucid data` and `pellucid models`: what there is to choose from, one line each."""

from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

from pellucid.cli.datasets import DATA, DataKind
from pellucid.cli.present import plain_console, write_json
from pellucid.cli.settings import Setting, settings_of
from pellucid.models import MODELS, ModelKind

KINDS = {int: "int", float: "float", bool: "bool", str: "str", tuple[int, ...]: "list of int"}


def list_data(*, as_json: bool) -> int:
    """Print the data sets."""
    return _print(DATA, as_json=as_json)


def list_models(*, as_json: bool) -> int:
    """Print the models."""
    return _print(MODELS, as_json=as_json)


def _print(kinds: Mapping[str, DataKind] | Mapping[str, ModelKind], *, as_json: bool) -> int:
    if as_json:
        write_json([_described(kind) for kind in kinds.values()])
        return 0
    console = plain_console()
    width = max(map(len, kinds))
    for name, kind in kinds.items():
        console.print(f"{name:{width}}  {kind.summary}")
    return 0


def _described(kind: DataKind | ModelKind) -> dict[str, Any]:
    options = map(_option, settings_of(kind.options).values())
    return {"name": kind.name, "summary": kind.summary, "options": list(options)}


def _option(setting: Setting) -> dict[str, Any]:
    """What can be chosen; what has no default must be given."""
    described: dict[str, Any] = {"name": setting.name, "flag": setting.flag}
    described |= {"kind": "path" if setting.path else KINDS[setting.kind], "help": setting.text}
    described |= {} if setting.default is MISSING else {"default": setting.default}
    return described | ({"choices": setting.choices} if setting.choices else {})
