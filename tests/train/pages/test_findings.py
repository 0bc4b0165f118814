"""What the report of a run tells of the model: right and wrong, and how it is made."""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.pages.test_report import Tags

from pellucid import functional, nn
from pellucid.data import Dataset, from_arrays
from pellucid.nn import Module
from pellucid.optim import Adam
from pellucid.tensor import Tensor
from pellucid.train import AbsoluteError, Accuracy, Options, Saving, Trainer
from pellucid.train.pages import findings as module

# Of what is looked at here the training set is the validation set, and a layer is left unused.
pytestmark = pytest.mark.filterwarnings("ignore:lint")


def numbers() -> np.random.Generator:
    """The same ones for each test, whatever ran before."""
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take a second, and have tests of their own."""
    monkeypatch.setattr("pellucid.train.pages.report.can_draw", lambda: False)


def page_of(
    folder: Path,
    model: Module,
    train: Dataset,
    validation: Dataset | None = None,
    loss: Any = functional.cross_entropy,
    judged: Dataset | None = None,
    **options: Any,
) -> str:
    """The text of the report of a short run; without curves and pictures as markup."""
    given = Options(saving=Saving(folder), executor="reference", **options)
    trainer = Trainer(model, loss, Adam(model.parameters(), 0.05), train, validation, given)
    trainer.judged = judged
    trainer.fit(2)
    text = (folder / "report.html").read_text()
    tags = Tags(text)
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in tags.links)
    assert len(set(tags.ids)) == len(tags.ids)
    return text


def words(text: str) -> str:
    """What a reader reads: no markup, one space between words."""
    text = re.sub("<(svg|style).*?</\\1>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text))


class Fixed(Module):
    """It answers with the numbers of its first features, whatever it learns."""

    def __init__(self, count: int) -> None:
        self.count, self.unused = count, nn.Linear(1, 1)

    def forward(self, x: Tensor) -> Any:
        return x[:, : self.count] + 0.0 * self.unused.weight.sum()


def known(true: list[int], said: list[int], **options: Any) -> Dataset:
    """A set on which Fixed(3) says what is wanted, with logits of 0 and 2."""
    return from_arrays(np.eye(3)[said] * 2, true, classes=3, name="known", **options)


TRUE, SAID = [0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "of 'known' (the training set, which it learned from: on others it does worse), with"),
        ({"validation": known([0, 1], [0, 0])}, "of 'known' (the validation set), with weights of"),
        ({"judged": known([0, 1], [0, 0])}, "Measured on all 2 samples of 'known', with weights"),
    ],
    ids=["train", "validation", "judged"],
)
def test_it_says_what_was_measured_with_which_weights(
    tmp_path: Path, given: dict[str, Any], told: str
) -> None:
    assert told in words(page_of(tmp_path, Fixed(3), known(TRUE, SAID), **given)).replace(
        "&#x27;", "'"
    )


def test_of_a_large_set_some_samples_are_measured_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SAMPLES", 4)
    text = words(page_of(tmp_path, Fixed(3), known(TRUE, SAID)))
    assert "Measured on 4, evenly spread, of 6 samples" in text


@pytest.mark.parametrize(
    "limit",
    [{"MOST_WORK": 1.0}, {"MOST_OUTPUTS": 9}, {"MOST_INPUTS": 11}],
    ids=["work", "outputs", "inputs"],
)
def test_a_slow_or_large_model_is_asked_for_fewer_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: dict[str, Any]
) -> None:
    for name, value in ({"LEAST_SAMPLES": 3} | limit).items():
        monkeypatch.setattr(module, name, value)
    assert "Measured on 3, evenly" in words(page_of(tmp_path, Fixed(3), known(TRUE, SAID)))


@pytest.mark.parametrize("loss", [functional.cross_entropy, functional.binary_cross_entropy])
def test_samples_in_a_plane_have_a_decision_boundary(tmp_path: Path, loss: Any) -> None:
    pytest.importorskip("matplotlib")
    x = numbers().normal(size=(40, 2))
    data = from_arrays(x, x[:, 0] > 0, name="plane")
    model = nn.Linear(2, 2 if loss is functional.cross_entropy else 1)
    text = page_of(tmp_path, model, data, loss=loss)
    assert 'aria-label="Decision boundary: the class that the model chooses' in text
    assert "#000000" not in text, "black would not be seen on a dark page"


def test_a_curve_is_drawn_over_its_samples_and_errors_are_told(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    data = from_arrays([[0.0], [1.0], [2.0]], [0.5, 1.0, 1.5], classes=0, name="line")
    options = {"loss": functional.mean_squared_error, "metrics": (AbsoluteError(),)}
    text = page_of(tmp_path, Fixed(1), data, **options)
    assert 'aria-label="Fit: what is predicted along the feature' in text
    said = words(text)
    assert "Mean absolute error 0.3333; largest 0.5000; R2 0.000" in said
    assert "sample true predicted 0 0.5000 0.000 2 1.500 2.000 1 1.000 1.000" in said


def test_other_numbers_are_drawn_beside_the_true_ones(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    data = from_arrays(numbers().normal(size=(9, 4)), numbers().normal(size=(9, 2)), classes=0)
    text = page_of(tmp_path, nn.Linear(4, 2), data, loss=functional.mean_squared_error, metrics=())
    assert 'aria-label="Predicted numbers beside the true ones' in text


def test_the_layers_are_listed_with_their_parameters(tmp_path: Path) -> None:
    text = words(
        page_of(
            tmp_path, nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 3)), known(TRUE, SAID)
        )
    )
    assert "0 Linear (1, 5) 20 " in text
    assert "2 Linear (1, 3) 18 " in text
    assert re.search("parameters 38 duration 0\\.\\d+ s", text)


class NeedsBatch(Module):
    """It refuses a sample alone, and sets of two."""

    def __init__(self) -> None:
        self.linear = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Any:
        if x.shape[0] < 3:
            raise RuntimeError("no <batch>")
        return self.linear(x)


def test_what_cannot_be_told_breaks_no_run_and_warns_once(tmp_path: Path) -> None:
    data = known(TRUE, SAID)
    with pytest.warns(
        UserWarning, match="report .*: Right and wrong: RuntimeError: no <batch>. T"
    ) as told:
        text = page_of(tmp_path, NeedsBatch(), data, judged=data[:2], batch_size=6)
    assert len(told) == 1
    assert told[0].filename == __file__, "it points to the user's line"
    assert "This could not be made: RuntimeError: no &lt;batch&gt;" in text
    assert "NeedsBatch" in text, "the layers are told without shapes"
    assert (tmp_path / "model.safetensors").exists()


def test_a_library_that_fails_to_draw_breaks_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("no scale")

    monkeypatch.setattr("pellucid.train.pages.report.save_curves", fail)
    monkeypatch.setattr("pellucid.train.pages.report.can_draw", lambda: True)
    data = known(TRUE, SAID)
    model = nn.Linear(3, 3)
    options = Options(saving=Saving(tmp_path), executor="reference")
    optimizer = Adam(model.parameters(), 0.01)
    trainer = Trainer(model, functional.cross_entropy, optimizer, data, options=options)
    with pytest.warns(UserWarning, match="ZeroDivisionError: no scale. The run is whole"):
        trainer.fit(1)
    assert (tmp_path / "model.safetensors").exists()


def test_a_loss_that_does_not_say_what_outputs_are_is_told_on_the_page_alone(
    tmp_path: Path,
) -> None:
    def own(y: Tensor, t: Tensor) -> Tensor:
        return ((y.reshape(-1) - t.astype(y.dtype)) ** 2.0).mean()

    data = from_arrays([[0.0], [1.0]], [0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = page_of(tmp_path, nn.Linear(1, 1), data, loss=own, metrics=())
    assert "Not shown: one output a sample" in text
    assert "Accuracy(threshold=0.0)" in text


class Sick(Module):
    """Its outputs are nan in inference mode, of all samples or of those whose feature is high."""

    def __init__(self, above: float) -> None:
        self.linear, self.above = nn.Linear(3, 3), above

    def forward(self, x: Tensor) -> Any:
        bad = (x[:, :1] > self.above).where(float("nan"), 0.0)
        return self.linear(x) + (0.0 if self.training else bad)


@pytest.mark.parametrize(
    ("above", "told"),
    [(-1.0, "All outputs are nan"), (1.0, "2 of them have outputs that are nan, and are left out")],
)
def test_outputs_that_are_nan_are_told(tmp_path: Path, above: float, told: str) -> None:
    assert told in words(page_of(tmp_path, Sick(above), known(TRUE, SAID)))


def test_steps_of_sequences_are_counted_and_those_ignored_are_not(tmp_path: Path) -> None:
    data = from_arrays(
        numbers().normal(size=(6, 4, 2)), numbers().integers(0, 3, (6, 4)), classes=3
    )
    loss: Any = lambda y, t: functional.cross_entropy(y, t, ignore_index=2)  # noqa: E731
    text = words(
        page_of(tmp_path, nn.Linear(2, 3), data, loss=loss, metrics=(Accuracy(ignore_index=2),))
    )
    count = int((data.labels != 2).sum())
    assert re.search(rf"macro mean [0-9. ]+ {count} weighted", text)


def test_several_inputs_are_judged_too(tmp_path: Path) -> None:
    class Two(Module):
        def __init__(self) -> None:
            self.words, self.linear = nn.Embedding(5, 3), nn.Linear(3, 3)

        def forward(self, x: Tensor, ids: Tensor) -> Any:
            return self.linear(x + self.words(ids))

    data = known(TRUE, SAID).with_inputs([0, 1, 2, 3, 4, 0])
    text = words(page_of(tmp_path, Two(), data))
    assert "Confusion matrix" in text
    assert "words Embedding (1, 3) 15 " in text
