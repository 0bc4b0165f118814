"""The command of each data set: the options of every model in its help, each name once."""

from collections.abc import Callable

import pytest

from pellucid.cli.datasets import DATA
from pellucid.cli.settings import settings_of
from pellucid.cli.train_command import TrainCommand
from pellucid.models import MODELS

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("data", list(DATA))
def test_the_help_of_each_data_set_shows_the_options_of_every_model(run: Run, data: str) -> None:
    code, out, _ = run("train", data, "--help")
    assert code == 0
    assert f"pellucid train {data}" in out
    assert max(map(len, out.splitlines())) <= 100
    text = " ".join(out.split())
    parts = text.split("--model ")
    for kind in MODELS.values():
        (part,) = (part for part in parts if part.startswith(f"{kind.name}:"))
        for setting in settings_of(kind.options).values():
            assert setting.flag in part
            assert setting.help.split(". ")[0].split(" [")[0] in part
    for model, usual in DATA[data].usual.models.items():
        (part,) = (part for part in parts if part.startswith(f"{model}:"))
        sizes = usual["hidden"] if isinstance(usual["hidden"], tuple) else (usual["hidden"],)
        assert f"[default: {','.join(map(str, sizes))}]" in part
    for setting in settings_of(DATA[data].options).values():
        assert setting.flag in text.split("Training:")[0]


def test_no_option_of_a_model_has_the_name_of_another_option(run: Run) -> None:
    of_models = {name for kind in MODELS.values() for name in settings_of(kind.options)}
    for kind in DATA.values():
        others = [p.name for p in TrainCommand(kind).params if p.name not in of_models]
        assert len(others) == len(set(others))
        assert not of_models & set(settings_of(kind.options))
        names = [parameter.name for parameter in TrainCommand(kind).params]
        assert len(names) == len(set(names))
