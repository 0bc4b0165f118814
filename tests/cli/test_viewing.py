import json
from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run, done
from PIL import Image


def test_the_mean_over_views_is_answered(run: Run, trained: Path, tmp_path: Path) -> None:
    pixels = np.zeros((8, 8), np.uint8)
    pixels[1:7, 3:5] = 255
    Image.fromarray(pixels).save(tmp_path / "one.png")
    told = [
        json.loads(done(run("predict", trained, tmp_path / "one.png", "--json", *words)))
        for words in ((), ("--views", 1), ("--views", 8), ("--views", 8))
    ]
    p = [list(each["answers"][0]["probabilities"].values()) for each in told]
    assert p[0] == p[1]
    assert p[2] == p[3] != p[0]
    assert sum(p[2]) == pytest.approx(1.0, abs=1e-5)
    assert told[2]["weights"].endswith("; 8 views each")


def test_coloured_pictures_are_viewed_as_photographs(run: Run, tmp_path: Path, pets: Path) -> None:
    words = ("--model", "simple-convnet", "--filters", 2, "--hidden", 8, "--executor", "reference")
    done(
        run(
            "train", f"folder:{pets}", *words, "--epochs", 1, "--batch-size", 6, "--out", pets / "r"
        )
    )
    out = done(run("predict", pets / "r", pets / "dark" / "0.png", "--views", 4))
    assert out.splitlines()[-1].endswith("; 4 views each")


def test_numbers_have_no_views(run: Run, moons: Path) -> None:
    code, _, err = run("predict", moons, "0.5,0.25", "--views", 4)
    assert code == 2
    assert "--views, but this run does not tell classes of pictures" in err
