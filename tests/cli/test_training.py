"""Every data set and every model on the command line: trained, resumed, evaluated, used."""

import json
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from cli.conftest import Run, done
from PIL import Image

from pellucid.data import Form
from pellucid.models import MODELS

ONCE = ("--executor", "reference", "--epochs", 1)
BY_FORMULA = ("flower", "moons", "spirals", "circles", "xor", "parity", "sine")
OF_IMAGES = [name for name, kind in MODELS.items() if not kind.misfit(Form((1, 8, 8), 10))]
SMALL = {
    "simple-convnet": ("--filters", 2, "--filter-size", 3, "--hidden", 8),
    "deep-convnet": ("--filters", "2,2,2", "--hidden", 8),
    "resnet": ("--channels", "2,4", "--blocks", 1),
}


@pytest.mark.parametrize("data", BY_FORMULA)
def test_data_by_formula_are_trained_on_evaluated_and_used(
    run: Run, tmp_path: Path, data: str
) -> None:
    folder = tmp_path / "run"
    trained = done(run("train", data, *ONCE, "--out", folder))
    measure = "absolute error" if data == "sine" else "accuracy"
    (line,) = (line for line in trained.splitlines() if line.startswith(f"test {measure}"))
    evaluated = done(run("evaluate", folder)).splitlines()
    assert evaluated[0].split("  ")[-1].strip() == measure
    assert evaluated[-2].split()[-1] == line.split()[-1]
    assert evaluated[-1] in trained.splitlines()
    sample = {"parity": "1,0,1,0,1,0,1,1", "sine": "-1.5"}.get(data, "-0.5,1e-3")
    head, row, weights = done(run("predict", folder, sample)).splitlines()
    assert weights == evaluated[-1]
    assert row.split()[0] == sample
    assert ("y0" if data == "sine" else "p(1)") in head


def test_noise_and_number_of_points_are_chosen_and_kept(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done(
        run(
            "train",
            "moons",
            "--samples",
            50,
            "--noise",
            0,
            *ONCE,
            "--batch-size",
            8,
            "--out",
            folder,
        )
    )
    recipe = json.loads((folder / "config.json").read_text())["recipe"]
    assert recipe["data_options"] == {"samples": 50, "noise": 0.0}
    rows = [line.split() for line in done(run("evaluate", folder)).splitlines()]
    assert sum(int(row[1]) for row in rows[1:-1]) == 50


@pytest.mark.parametrize("sample", ["0.5", "1,2,3", "1,x", "nan,1", ""])
def test_a_row_of_other_numbers_is_refused(run: Run, tmp_path: Path, sample: str) -> None:
    done(run("train", "xor", *ONCE, "--out", tmp_path / "run"))
    code, _, err = run("predict", tmp_path / "run", sample)
    assert code == 2
    assert "takes 2 finite numbers" in err


@pytest.mark.parametrize("model", OF_IMAGES)
def test_every_model_of_images_learns_from_a_folder_and_is_resumed(
    run: Run, tmp_path: Path, pets: Path, model: str
) -> None:
    options = ("--model", model, *SMALL.get(model, ()), "--executor", "reference")
    data = (f"folder:{pets}", "--batch-size", 6)
    done(run("train", *data, *options, "--epochs", 3, "--out", tmp_path / "whole"))
    done(run("train", *data, *options, "--epochs", 1, "--out", tmp_path / "parts"))
    done(run("resume", tmp_path / "parts", "--epochs", 3))
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "parts" / file).read_bytes()
    assert done(run("evaluate", tmp_path / "parts")).splitlines()[-2].startswith("test")
    head, row, _ = done(run("predict", tmp_path / "parts", pets / "dark" / "0.png")).splitlines()
    assert head.split() == ["picture", "class", "p(dark)", "p(light)"]
    assert row.split()[1] in ("dark", "light")


@pytest.mark.parametrize(
    ("options", "least"),
    [
        # The course reports 70 % and, with its own start, 80 %; other starts gave 74 to 80 %.
        (("--model", "logistic-regression", "--learning-rate", 0.005, "--epochs", 2000), 0.68),
        (("--model", "l-layer", "--learning-rate", 0.0075, "--epochs", 2500), 0.74),
    ],
)
def test_the_cats_are_told_as_well_as_the_course_tells_them(
    run: Run, tmp_path: Path, options: tuple[object, ...], least: float
) -> None:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    cats = Path(os.environ.get("PELLUCID_TEST_DATA", beside)) / "cats"
    if not cats.is_dir():
        pytest.skip(f"no cats in {cats}")
    given = (f"cats:{cats}", "--optimizer", "sgd", *options, "--seed", 2)
    out = done(run("train", *given, "--out", tmp_path / "run"))
    (line,) = (line for line in out.splitlines() if line.startswith("test accuracy"))
    assert float(line.split()[-1]) >= least
    heads = done(run("evaluate", tmp_path / "run")).splitlines()
    assert [row.split()[0] for row in heads] == ["set", "training", "test", "weights"]


def test_of_the_cats_some_are_kept_aside_where_asked_for(run: Run, tmp_path: Path) -> None:
    for part, count in (("train", 20), ("test", 4)):
        with h5py.File(tmp_path / f"{part}_catvnoncat.h5", "w") as file:
            file[f"{part}_set_x"] = np.zeros((count, 64, 64, 3), np.uint8)
            file[f"{part}_set_y"] = np.arange(count) % 2
    data = ("train", f"cats:{tmp_path}", "--batch-size", 4, *ONCE, "--out", tmp_path / "run")
    done(run(*data, "--validation", 0.2))
    rows = [line.split()[:2] for line in done(run("evaluate", tmp_path / "run")).splitlines()]
    assert rows[1:-1] == [["training", "16"], ["validation", "4"], ["test", "4"]]
    code, _, err = run(*data, "--validation", 1)
    assert code == 2
    assert "validation is 1.0" in err


def test_digits_are_images_to_models_of_images(run: Run, tmp_path: Path) -> None:
    options = ("--model", "simple-convnet", *SMALL["simple-convnet"])
    done(run("train", "digits", *options, *ONCE, "--out", tmp_path / "run"))
    data = json.loads((tmp_path / "run" / "config.json").read_text())["data"]
    assert data["form"]["shape"] == [1, 8, 8]


def test_pictures_of_many_sizes_are_resized_and_broken_ones_named(
    run: Run, tmp_path: Path, pets: Path
) -> None:
    Image.new("RGB", (30, 7)).save(pets / "dark" / "wide.png")
    (pets / "light" / "broken.png").write_bytes(b"no picture")
    (pets / "light" / "\x1bc.png").write_bytes(b"nor this")
    options = ("train", f"folder:{pets}", "--model", "mlp", *ONCE, "--batch-size", 4)
    code, _, err = run(*options, "--out", tmp_path / "run")
    assert code == 1
    assert "wide.png is 7 x 30" in err
    code, _, err = run(*options, "--size", "9,9", "--out", tmp_path / "run")
    assert code == 1
    assert "c.png: not a PNG" in err
    assert "\x1b" not in err
    skip = ("--size", "9,9", "--broken", "skip", "--grey", "--out", tmp_path / "run")
    code, _, err = run(*options, *skip)
    assert code == 0
    assert err.startswith("skipped: ")
    assert "broken.png" in err
    assert "\x1b" not in err
    data = json.loads((tmp_path / "run" / "config.json").read_text())["data"]
    assert data["form"]["shape"] == [1, 9, 9]
    assert data["class_names"] == ["dark", "light"]


def test_a_folder_with_train_and_test_is_a_ready_split(
    run: Run, tmp_path: Path, pets: Path
) -> None:
    for part in ("train", "test"):
        shutil.copytree(pets, tmp_path / "ready" / part)
    words = (f"folder:{tmp_path / 'ready'}", "--model", "mlp", "--batch-size", 4, *ONCE)
    words += ("--no-lint",)  # which says that all parts have the same pictures
    out = done(run("train", *words, "--out", tmp_path / "run"))
    assert "test accuracy: " in out
    table = done(run("evaluate", tmp_path / "run"))
    pictures = len(list(pets.rglob("*.png")))
    rows = [line.split()[:2] for line in table.splitlines()[1:4]]
    assert rows == [
        ["training", str(pictures - round(pictures * 0.2))],
        ["validation", str(round(pictures * 0.2))],
        ["test", str(pictures)],
    ]
    (tmp_path / "ready" / "test").rename(tmp_path / "ready" / "val")
    out = done(run("train", *words, "--out", tmp_path / "other"))
    assert "test accuracy" not in out
    assert "test" not in done(run("evaluate", tmp_path / "other"))


def test_a_batch_size_that_is_left_out_fits_the_data(
    run: Run, tmp_path: Path, pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copytree(pets, tmp_path / "home pets")
    words = ("train", "folder:~/home pets", "--model", "mlp", *ONCE)
    done(run(*words, "--out=~/runs/one"))
    recipe = json.loads((tmp_path / "runs" / "one" / "config.json").read_text())["recipe"]
    assert recipe["batch_size"] < 32
    assert recipe["data_options"]["data_dir"] == str(tmp_path / "home pets")
    done(run("evaluate", "~/runs/one"))
    code, _, err = run(*words, "--batch-size", 500)
    assert code == 1
    assert "choose a smaller one, or leave it out" in err


def test_a_size_that_is_no_pair_is_refused(run: Run, tmp_path: Path, pets: Path) -> None:
    code, _, err = run("train", f"folder:{pets}", "--size", "9", "--out", tmp_path / "run")
    assert code == 2
    assert "height,width such as 64,64" in err


@pytest.mark.parametrize(("optimizer", "share"), [("adam", 1.0), ("lamb", 1.0), ("lion", 0.1)])
def test_the_rate_that_suits_data_follows_how_large_steps_are(
    run: Run, tmp_path: Path, optimizer: str, share: float
) -> None:
    done(run("train", "digits", *ONCE, "--optimizer", optimizer, "--out", tmp_path / "run"))
    config = json.loads((tmp_path / "run" / "config.json").read_text(encoding="utf-8"))
    recipe = config["recipe"]
    assert recipe["optimizer_options"]["learning_rate"] == pytest.approx(share * 0.003)
