"""`pellucid explain`: runs, samples, pictures, models before training, pages, what is refused."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run, done
from PIL import Image

import pellucid as pc
from pellucid import functional, nn
from pellucid.data import Dataset
from pellucid.train import Options, Saving, Trainer


@pytest.fixture
def trained(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    code, _, err = run(
        "train", "digits", "--epochs", 1, "--executor", "reference", "--hidden", 8,
        "--out", folder, "--quiet",
    )  # fmt: skip
    assert (code, err) == (0, "")
    return folder


def test_a_run_is_explained_on_samples_of_its_test_set(run: Run, trained: Path) -> None:
    out = done(run("explain", trained))
    assert "weight (64, 8), bias (8,)" in out
    assert "weight (8, 64), bias (8, 1)" in out
    assert "(16, 8)" in out
    assert "result: " in out
    assert "weights of epoch 1" in out


def test_one_sample_and_how_one_gradient_comes_about(run: Run, trained: Path) -> None:
    out = done(run("explain", trained, "--sample", 3, "--node", "output.weight"))
    assert "output.weight: float32[8,10]" in out
    assert "central difference" in out
    assert "2 routes lead to the result." in out


def test_a_picture_is_explained_by_the_class_guessed(
    run: Run, trained: Path, tmp_path: Path
) -> None:
    pixels = np.full((20, 20), 255, np.uint8)
    pixels[3:17, 9:12] = 0
    Image.fromarray(pixels).save(tmp_path / "one.png")
    out = done(run("explain", trained, "--image", tmp_path / "one.png", "--node", "x"))
    assert "x: float32[1,64]" in out


def test_everything_as_one_document(run: Run, trained: Path) -> None:
    document = json.loads(done(run("explain", trained, "--json", "--node", "output.bias")))
    assert document["layers"][0]["parameters"] == {"weight": [64, 8], "bias": [8]}
    assert len(document["derivation"]["gradient"]) == 10
    assert document["graph"].startswith("graph(x: float32[16,64]")
    assert document["weights"].startswith("weights of epoch 1")


def test_a_model_before_any_training(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "lstm.html"
    out = done(run("explain", "--model", "lstm", "--data", "digits", "--out", page))
    assert "weights at the start, seed 0" in out
    assert f"page: {page}" in out
    text = page.read_text(encoding="utf-8")
    assert "reader.cells.0.weight" in text
    assert "<p>weights at the start, seed 0</p>" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_in_chinese(run: Run, trained: Path) -> None:
    out = done(run("explain", trained, "--language", "zh"))
    assert out.startswith("层")
    assert out.splitlines()[-1] == "第 1 轮的权重，按验证损失为最佳"


def test_a_page_in_chinese_has_no_english_sentence(run: Run, trained: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done(run("explain", trained, "--language", "zh", "--out", page))
    text = page.read_text(encoding="utf-8")
    for part in ("<style.*?</style>", "<svg.*?</svg>", "<pre.*?</pre>", "<[^>]+>"):
        text = re.sub(part, "\n", text, flags=re.DOTALL)
    lines = {line.strip() for line in text.splitlines()}
    # Three English words in a row, but for the operations on the way of a route.
    english = [s for s in lines if re.search(r"([A-Za-z]{2,} ){2}[A-Za-z]{2,}", s) and "→" not in s]
    assert english == []


def test_what_is_refused(run: Run, trained: Path) -> None:
    for words, told in (
        ((), "explain: nothing to explain. Give the folder of a run, or --model NAME --data NAME."),
        (("--model", "mlp"), "explain: --model mlp, and no data. It is explained on samples: add"),
        (
            ("--data", "moons"),
            "explain: --data moons, and no model. Say which is explained on them",
        ),
        ((trained, "--model", "mlp"), "and --model. A run has a model and data"),
        ((trained, "--sample", 359), "--sample 359: digits test has the samples 0 to 358."),
        ((trained, "--node", "output.wait"), "Did you mean 'output.weight'?"),
        ((trained, "--language", "xx"), "'xx'"),
        (("nowhere",), "nowhere"),
    ):
        code, out, err = run("explain", *words)
        assert code != 0, words
        assert out == ""
        assert told in err, err
        assert "Traceback" not in err


def test_a_run_of_a_class_of_ones_own_is_explained_in_python(run: Run, tmp_path: Path) -> None:
    x, t = np.ones((8, 3), np.float32), np.arange(8) % 2
    model = nn.Sequential(nn.Linear(3, 2, rng=pc.Generator(1)))
    folder = tmp_path / "own"
    options = Options(batch_size=4, saving=Saving(folder), executor="reference")
    optimizer = pc.optim.SGD(model.parameters(), learning_rate=0.1)
    samples = Dataset(x, t, name="mine", classes=2)
    Trainer(model, functional.cross_entropy, optimizer, samples, options=options).fit(1)
    code, _, err = run("explain", folder)
    assert code != 0
    assert "pellucid.explain(pellucid.load(" in err


def test_the_backward_pass_is_written_out(run: Run, trained: Path, tmp_path: Path) -> None:
    rows = done(run("explain", trained, "--notation", "rows"))
    assert "dz2 = (y - t) / m" in rows
    assert "dW1 = x^T dz1" in rows
    columns = done(run("explain", trained, "--notation", "columns"))
    assert "dZ[2] = A[2] - Y" in columns
    assert "dW[1] = dZ[1] X^T / m" in columns
    pixels = np.full((20, 20), 255, np.uint8)
    pixels[3:17, 9:12] = 0
    Image.fromarray(pixels).save(tmp_path / "one.png")
    code, _, err = run("explain", trained, "--image", tmp_path / "one.png", "--notation", "rows")
    assert code != 0
    assert "the backward pass of one score is not written out" in err
