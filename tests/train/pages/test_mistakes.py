"""What a report tells of mistakes: the matrix, the pairs, the worst samples, each class."""

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.pages.test_findings import SAID, TRUE, Fixed, known, no_curves, page_of, words

from pellucid import nn
from pellucid.data import digits, from_arrays
from pellucid.nn import Module
from pellucid.tensor import Tensor
from pellucid.train.pages import mistakes

# Of what is looked at here the training set is the validation set.
pytestmark = pytest.mark.filterwarnings("ignore:lint")

__all__ = ["no_curves"]  # a fixture, used by each test


def numbers() -> np.random.Generator:
    """The same ones for each test, whatever ran before."""
    return np.random.default_rng(0)


def test_the_matrix_counts_and_the_pairs_are_told_by_name(tmp_path: Path) -> None:
    data = from_arrays(
        np.eye(3)[SAID] * 2,
        [("ant", "bee", "<cow>")[i] for i in TRUE],
        name="known",
        classes=("ant", "bee", "<cow>"),
    )
    text = page_of(tmp_path, Fixed(3), data)
    (matrix,) = re.findall('<table class="confusion">(.*?)</table>', text, flags=re.DOTALL)
    rows = [re.findall("<t[hd](?: [^>]*)?>([^<]*)", row) for row in matrix.split("</tr>")[:4]]
    assert rows == [
        ["true", "ant", "bee", "&lt;cow&gt;"],
        ["ant", "1", "2", "0"],
        ["bee", "1", "1", "0"],
        ["&lt;cow&gt;", "0", "0", "1"],
    ]
    said = words(text)
    assert "true taken for times of share ant bee 2 3 66.7% bee ant 1 2 50.0%" in said
    assert "ant 0.5000 0.3333 0.4000 3 bee 0.3333 0.5000 0.4000 2" in said


def test_the_most_wrong_samples_come_first_with_their_probability(tmp_path: Path) -> None:
    data = from_arrays([[0.0, 1, 0], [0, 3, 0], [2, 0, 0]], [0, 0, 0], classes=3, name="three")
    p = np.exp([[0, 1, 0], [0, 3, 0]])
    p = p / p.sum(axis=1, keepdims=True)
    text = words(page_of(tmp_path, Fixed(3), data))
    first = f"1 0 1 {p[1, 1]:.3f} {p[1, 0]:.3f} 0.000 3.000 0.000"
    assert f"{first} 0 0 1 {p[0, 1]:.3f} {p[0, 0]:.3f} 0.000 1.000" in text


def test_pictures_are_shown_and_told_in_words(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    data = digits()[:60]
    text = page_of(tmp_path, nn.Linear(64, 10), data, data[:20])
    alts = re.findall('<img[^>]*alt="([^"]*)"', text)
    assert alts
    assert all(
        re.fullmatch(r"Sample \d+: \d, taken for \d with probability 0\.\d+", a) for a in alts
    )


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 4, 4)])
def test_pictures_of_any_range_are_pictures(tmp_path: Path, shape: tuple[int, ...]) -> None:
    image = pytest.importorskip("PIL.Image")

    class Flat(Module):
        def __init__(self) -> None:
            self.linear = nn.Linear(int(np.prod(shape)), 2)

        def forward(self, x: Tensor) -> Any:
            return self.linear(x.reshape(x.shape[0], -1))

    data = from_arrays(numbers().normal(size=(30, *shape)) * 5, numbers().integers(0, 2, 30))
    text = page_of(tmp_path, Flat(), data)
    (first, *_) = re.findall('src="data:image/png;base64,([^"]*)"', text)
    opened = image.open(io.BytesIO(base64.b64decode(first)))
    assert (opened.size, opened.mode) == ((4, 4), "L" if shape[0] == 1 else "RGB")
    ends = np.asarray(opened)
    assert (ends.min(), ends.max()) == (0, 255), "spread over the range of its numbers"


def test_a_thousand_classes_make_a_page_that_can_be_read(tmp_path: Path) -> None:
    true = np.arange(1000)
    said = true.copy()
    said[[5, 700]] = [6, 3]
    x = np.zeros((1000, 1000), np.float32)
    x[true, said] = 1
    data = from_arrays(x, true, classes=1000, name="many")
    text = page_of(tmp_path, Fixed(1000), data)
    assert len(text) < 300_000
    assert "Of 1,000 classes, these have the most mistakes." in text
    assert "The 40 classes with the least F1 of 1,000." in text
    (matrix,) = re.findall('<table class="confusion">(.*?)</table>', text, flags=re.DOTALL)
    assert re.findall('<th scope="row"[^>]*>([^<]*)', matrix) == ["3", "5", "6", "700"]


def test_words_by_the_ten_thousand_take_no_memory_for_their_pairs() -> None:
    names = [str(i) for i in range(100_000)]
    found = mistakes.Confusions(np.array([7, 7, 99_999, 3]), np.array([7, 3, 0, 3]), names)
    assert found.wrong() == [(1, 7, 3), (1, 99_999, 0)]
    assert found.by_mistakes() == [0, 3, 7, 99_999]
    matrix = re.findall("<td[^>]*>([0-9]+)", mistakes.confusion_matrix(found))
    assert matrix == ["0"] * 4 + ["0", "1", "0", "0", "0", "1", "1", "0", "1", "0", "0", "0"]
    right = mistakes.Confusions(np.array([7]), np.array([7]), names)
    assert "Every sample is right" in mistakes.confusion_matrix(right)


def test_without_pillow_the_worst_pictures_are_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    text = page_of(tmp_path, nn.Linear(64, 10), digits()[:60])
    assert "<img" not in text
    assert "sample true taken for p of answer p of true" in words(text)


def test_classes_that_never_occur_are_told(tmp_path: Path) -> None:
    text = words(page_of(tmp_path, Fixed(3), known([0, 0, 1], [0, 0, 0])))
    assert "never predicted: 1; their precision, 0 / 0, counts as 0." in text
    assert "in neither, so not in the means: 2." in text
