"""Names that packages load when they are first asked for: all there, and the right ones."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = (
    "pellucid",
    "pellucid.nn",
    "pellucid.functional",
    "pellucid.data",
    "pellucid.optim",
    "pellucid.plot",
)
# These write no list of their names: what they import as itself is the list.
UNLISTED = (*PACKAGES[1:], *(f"pellucid.{n}" for n in ("measures", "models", "optim", "train")))


def later(package: str) -> dict[str, str]:
    """The names that are loaded on use, with the modules that type checkers find them in."""
    source = Path(importlib.import_module(package).__file__ or "").read_text(encoding="utf-8")
    blocks = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        name.asname or name.name: statement.module or ""
        for block in blocks
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_each_name_is_the_one_that_type_checkers_see(package: str) -> None:
    loaded = importlib.import_module(package)
    for name, module in later(package).items():
        assert getattr(loaded, name) is getattr(importlib.import_module(module), name), name


@pytest.mark.parametrize("package", UNLISTED)
def test_what_is_imported_as_itself_is_public(package: str) -> None:
    loaded = importlib.import_module(package)
    source = Path(loaded.__file__ or "").read_text(encoding="utf-8")
    tree = ast.walk(ast.parse(source))
    aliases = [name for part in tree if isinstance(part, ast.ImportFrom) for name in part.names]
    constants = {name for name in vars(loaded) if name.isupper() and name != "TYPE_CHECKING"}
    wanted = {name.name for name in aliases if name.name == name.asname} | constants
    assert loaded.__all__ == sorted(wanted)
    assert len(wanted) >= 5


@pytest.mark.parametrize("package", PACKAGES)
def test_all_names_that_it_lists_are_there_at_once(package: str) -> None:
    code = (
        f"import {package} as p, sys; assert set(p.__all__) <= set(dir(p)); "
        "print(*[n for n in p.__all__ if not hasattr(p, n)])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_bears_the_name_of_what_it_gives(package: str) -> None:
    # The import system would put the module in the place of the function.
    places = later(package)
    modules = {module.rpartition(".")[2] for module in places.values()}
    others = {name for name, module in places.items() if module != package}  # no modules itself
    assert not modules & others


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_is_not_there_is_said_to_be_missing_as_ever(package: str) -> None:
    with pytest.raises(AttributeError, match=rf"^module '{package}' has no attribute 'nonsense'$"):
        importlib.import_module(package).nonsense  # noqa: B018
    assert not hasattr(importlib.import_module(package), "numpy")


def test_a_start_loads_what_it_uses() -> None:
    code = (
        "import pellucid as pc, sys\n"
        "pc.nn.Sequential(pc.nn.Linear(2, 3, rng=pc.Generator(seed=0)), pc.nn.ReLU())\n"
        "pc.optim.Adam, pc.functional.cross_entropy\n"
        "later = ('standard', 'scanning', 'nn.recurrent', 'nn.conv', 'functional.pooling')\n"
        "print(*[n for n in later if f'pellucid.{n}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_kinds_know_their_words_and_load_what_is_asked_for() -> None:
    code = (
        "from pellucid.optim import OPTIMIZERS\nimport sys\n"
        "print(*OPTIMIZERS)\n"
        "OPTIMIZERS['adam'], 'lion' in OPTIMIZERS, len(OPTIMIZERS)\n"
        "room = [m for m in sys.modules if m.startswith('pellucid.optim.further.')]\n"
        "print(room, OPTIMIZERS['lion'].__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    words, loaded = done.stdout.splitlines()
    assert {"adam", "sgd", "lion", "radam"} < set(words.split())
    assert loaded == "[] Lion"
