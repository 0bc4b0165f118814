"""What a report of a fault needs, and completion in shells."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

import pellucid
from pellucid.cli.about import EXTRAS

ROOT = Path(__file__).parents[2]

Run = Callable[..., tuple[int, str, str]]


def test_about_tells_versions_machine_and_places(run: Run) -> None:
    code, out, _ = run("about")
    lines = dict(line.split("  ", 1) for line in out.splitlines())
    assert code == 0
    assert lines["pellucid"].strip().startswith(f"{pellucid.__version__} in ")
    assert f"numpy {metadata.version('numpy')}" in lines["packages"]
    assert lines["executor"].strip().startswith("native: ")
    assert str(Path.cwd()) in lines["this folder"]
    assert "GiB free" in lines["this folder"]


def test_about_is_json_for_programs(run: Run) -> None:
    code, out, _ = run("about", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["pellucid"]["version"] == pellucid.__version__
    assert found["packages"]["numpy"] == metadata.version("numpy")
    assert found["extras"].keys() == EXTRAS.keys()
    numbers = [
        found["threads"]["used"], found["memory"]["bytes"], found["this folder"]["free bytes"],
        found["disk cache"]["programs"], found["disk cache"]["bytes"],
        found["executor"]["float32 a vector"],
    ]  # fmt: skip
    assert all(type(number) is int for number in numbers)
    assert Path(found["this folder"]["path"]) == Path.cwd()


def test_a_missing_extra_is_told_with_the_way_to_install_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EXTRAS, "hdf5", ("no-such-package",))
    assert json.loads(run("about", "--json")[1])["extras"]["hdf5"] == {"no-such-package": None}
    out = run("about")[1]
    assert "no-such-package missing, install with: pip install 'pellucid[hdf5]'\n" in out


def test_the_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    assert set(extras) - {"all", "dev"} == set(EXTRAS)
    for name, packages in EXTRAS.items():
        assert [re.split("[>=<]", wanted)[0] for wanted in extras[name]] == list(packages)


def test_about_counts_what_is_in_the_cache(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "none"))
    assert f"{tmp_path / 'none'}, 0 programs, 0.0 of " in run("about")[1]
    tmp_path.joinpath("a.object").write_bytes(bytes(3 * 2**20))
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))
    assert f"{tmp_path}, 1 programs, 3.0 of " in run("about")[1]


# ---- completion --------------------------------------------------------------------------


def completed(words: str, count: int) -> list[str]:
    """What follows the words of a line in bash, of which the last may be begun."""
    environment = {
        "_PELLUCID_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(count),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pellucid"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split(",", 1)[1] for line in done.stdout.splitlines()]


def test_commands_options_and_names_are_completed() -> None:
    assert completed("pellucid tr", 1) == ["train"]
    assert completed("pellucid train dig", 2) == ["digits"]
    assert "--hidden" in completed("pellucid train digits --hi", 3)
    assert completed("pellucid train digits --model deep", 4) == ["deep-convnet"]
    assert completed("pellucid completion z", 2) == ["zsh"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_its_shell_reads(run: Run, shell: str) -> None:
    code, out, _ = run("completion", shell)
    assert code == 0
    assert "_PELLUCID_COMPLETE" in out
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([program, "-n"], input=out, text=True, check=True)


def test_an_unknown_shell_is_refused_with_the_nearest(run: Run) -> None:
    code, _, err = run("completion", "fsh")
    assert code == 2
    assert "Did you mean 'fish'" in err


def test_exit_codes_stand_in_the_help(run: Run) -> None:
    assert "Exit codes: 0 done, 1 the work failed, 2 wrong use" in run("--help")[1]
