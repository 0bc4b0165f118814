"""Names that no file can have are refused at the door, wherever they come from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.cli.paths import usable
from pellucid.errors import OptionError

Run = Callable[..., tuple[int, str, str]]
NAMES = ["a\0b", "x" * 256, "a/" * 2500, "é" * 128, "\ud800", ""]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "digits", "--out"),
        ("tune", "digits", "--try", "epochs=1..2", "--out"),
        ("train", "mnist", "--data-dir"),
        ("train", "folder", "--data-dir"),
        ("train", "text", "--file"),
        ("evaluate",),
        ("resume",),
        ("generate",),
        ("bench", "W1", "--figure"),
        ("bench", "W10", "--data-dir"),
    ],
    ids=" ".join,
)
def test_a_name_that_no_file_can_have_is_wrong_use(
    run: Run, arguments: tuple[str, ...], name: str
) -> None:
    code, _, err = run(*arguments, name)
    assert code == 2
    assert "is no name of a file" in err or "is too long for the name of a file" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_in_a_config_is_refused_too(
    run: Run, trained: Path, tmp_path: Path, name: str
) -> None:
    config = json.loads((trained / "config.json").read_text())
    config["recipe"]["data"], config["recipe"]["data_options"] = "mnist", {"data_dir": name}
    (tmp_path / "config.json").write_text(json.dumps(config))
    code, _, err = run("evaluate", tmp_path)
    assert code == 1
    assert "--data-dir: " in err


def test_names_that_files_can_have_pass() -> None:
    for word in ("x" * 255, "é" * 127, "a/" * 2000, "..", "/", "a\nb"):
        assert usable(word) == Path(word)
    with pytest.raises(OptionError, match=r"'x{40}'\.\.\. is too long .* 300 bytes"):
        usable("x" * 300)
