"""What there is to choose from: lists, and the help of every command."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pellucid
from pellucid.cli.datasets import DATA
from pellucid.cli.settings import settings_of
from pellucid.cli.train_command import TrainCommand
from pellucid.models import MODELS

Run = Callable[..., tuple[int, str, str]]

# ---- lists and help ----------------------------------------------------------------------


def test_data_and_models_are_listed_one_line_each(run: Run) -> None:
    for command, known in (("data", DATA), ("models", MODELS)):
        _, out, _ = run(command)
        assert [line.split()[0] for line in out.splitlines()] == list(known)
        assert all(line.endswith(".") for line in out.splitlines())


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


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("train",),
        ("train", "digits"),
        ("train", "mnist"),
        ("resume",),
        ("evaluate",),
        ("predict",),
        ("generate",),
        ("bench",),
    ],
)
def test_every_help_has_an_example(run: Run, command: tuple[str, ...]) -> None:
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert "Example" in out
    assert f"pellucid {' '.join(command)}".strip() in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version")[:2] == (0, f"pellucid {pellucid.__version__}\n")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from pellucid.cli import main; main(['--help']); "
        "heavy = {'llvmlite', 'jax', 'matplotlib', 'sklearn', 'rich', 'safetensors'}; "
        "heavy |= {'h5py', 'PIL'}; "
        "sys.exit(f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(pellucid.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
