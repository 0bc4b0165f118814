"""What there is to choose from: lists, and the help of every command."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pellucid

Run = Callable[..., tuple[int, str, str]]


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
