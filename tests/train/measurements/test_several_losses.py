"""Training by several losses: the sum, each by itself, in parts, resumed, judged, predicted."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt, assert_same_bits, weights
from train.several_outputs import Two, boxes, losses, make_two

import pellucid as pc
from pellucid import train
from pellucid.augment import Mixup
from pellucid.data import from_arrays
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.optim import Adam
from pellucid.tensor import Tensor
from pellucid.train import (
    ExponentialAverage,
    Losses,
    Saving,
    SkipStep,
    Trainer,
    UniformAverage,
    Weights,
)


def by_hand(epochs: int, shuffled: Any) -> tuple[dict[str, Any], list[list[float]]]:
    """The weights, and the sum and each loss of the steps, of a plain loop."""
    model, data = Two(), boxes(70)
    descent = Adam(model.parameters(), 0.01)
    kinds, places = data.target_arrays
    told = []
    for epoch in range(epochs):
        for rows in shuffled(len(data), 16, seed=3, epoch=epoch):
            y = model(data.features[rows])
            kind = cross_entropy(y["kind"], kinds[rows])
            box = mean_squared_error(y["box"], places[rows])
            loss = kind + box * 0.25
            descent.minimize(loss)
            told.append([float(x.numpy()) for x in (loss, kind, box)])
    return model.state_dict(), told


@pytest.mark.parametrize("kind", [dict, tuple])
def test_the_steps_are_those_of_a_loop_by_hand(kind: type) -> None:
    trainer = make_two(model=Two(kind))
    history = trainer.fit(2)
    expected, told = by_hand(2, pc.data.batches)
    assert_same_bits(expected, trainer.model.state_dict())
    columns = [history.steps[name] for name in ("loss", "kind_loss", "box_loss")]
    np.testing.assert_array_equal(np.transpose(columns), np.float32(told))


@pytest.mark.parametrize("executor", EXECUTORS)
def test_each_loss_is_measured_and_is_the_sum_by_its_weight(executor: str) -> None:
    trainer = make_two(executor)
    epochs = trainer.fit(2).epochs
    for part in ("train", "validation"):
        kind, box = (np.array(epochs[f"{part}_{name}_loss"]) for name in ("kind", "box"))
        np.testing.assert_allclose(epochs[f"{part}_loss"], kind + 0.25 * box, rtol=1e-12)
        assert f"{part}_kind_accuracy" in epochs
        assert f"{part}_box_absolute_error" in epochs
    y, data = trainer.model(boxes(30, 1).features), boxes(30, 1)
    expected = np.abs(y["box"].numpy() - data.target_arrays[1]).mean()
    assert epochs["validation_box_absolute_error"][-1] == pytest.approx(expected, rel=1e-5)
    assert trainer.evaluate(data)["kind_loss"] == epochs["validation_kind_loss"][-1]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("case", ["plain", "weights", "classes", "SAM"])
def test_parts_of_a_batch_give_its_update(executor: str, case: str) -> None:
    # With weights of classes each loss divides by something else.
    changes: dict[str, Any] = {}
    if case == "weights":
        changes = {"weights": Weights(samples=np.linspace(0.1, 3.0, 70))}
    if case == "classes":
        changes = {"loss": losses(kind=partial(cross_entropy, class_weights=[1.0, 7.0, 0.2]))}
    if case == "SAM":
        changes = {"sharp": True}
    made = [make_two(executor, micro_batch=each, **changes) for each in (None, 5)]
    for each in made:
        each.fit(1)
    whole, parts = made
    names = ("loss", "kind_loss", "box_loss", "kind_accuracy")
    for name in names:
        np.testing.assert_allclose(
            parts.history.steps[name], whole.history.steps[name], rtol=2e-5, err_msg=name
        )
    for name, array in whole.model.state_dict().items():
        np.testing.assert_allclose(parts.model.state_dict()[name], array, rtol=2e-4, atol=2e-5)


RESUMED: dict[str, dict[str, Any]] = {
    "plain": {},
    "in parts, averaged": {"micro_batch": 5, "average": ExponentialAverage(0.9)},
    "skipping": {"not_finite": SkipStep(), "average": UniformAverage()},
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("case", RESUMED)
def test_it_is_resumed_to_the_bit(executor: str, case: str, tmp_path: Path) -> None:
    options = RESUMED[case]
    whole = make_two(executor, **options)
    whole.fit(3)
    saving = Saving(tmp_path / "run", report=False)
    make_two(executor, saving=saving, callbacks=(StopAt(7),), **options).fit(3)
    again = make_two(executor, saving=saving, **options)
    again.resume()
    again.fit(3)
    assert_same_bits(weights(whole), weights(again))
    assert again.history.steps == whole.history.steps
    assert again.history.epochs == whole.history.epochs
    other = make_two(executor, saving=saving, loss=Losses(dict(losses_by_name())), **options)
    with pytest.raises(OptionError, match=r"loss is 'Losses\(kind=cross_entropy, box=mean_squ"):
        other.resume()


def losses_by_name() -> dict[str, Any]:
    return {"kind": cross_entropy, "box": mean_squared_error}


def test_a_run_is_reported_opened_and_asked(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "run"
    trainer = make_two(saving=Saving(folder))
    trainer.fit(2)
    page = (folder / "report.html").read_text()
    assert "Right and wrong: kind" in page
    assert "Predictions: box" in page
    run = pc.load(folder)
    x = boxes(4, 2).features
    expected, found = trainer.model(x), run.model(pc.tensor(x))
    assert list(found) == ["kind", "box"]
    for each in (found, run.model.predictor()(x)):
        for name, y in each.items():
            np.testing.assert_allclose(y.numpy(), expected[name].numpy(), rtol=1e-5, atol=1e-6)
    measured = run.evaluate(boxes(30, 1))
    assert measured["kind_loss"] == pytest.approx(
        trainer.history.epochs["validation_kind_loss"][-1], rel=1e-5
    )


def test_it_is_learned_by_heart_and_rehearsed() -> None:
    trainer = make_two(batch_size=8)
    assert train.overfit_one_batch(trainer).learned
    assert train.dry_run(trainer, 2).steps == 18


def test_a_loss_of_no_weight_is_measured_and_not_trained_on() -> None:
    trainer = make_two(loss=Losses(losses_by_name(), {"box": 0.0}), lint=False)
    before = trainer.model.box.weight.numpy().copy()
    history = trainer.fit(1)
    np.testing.assert_array_equal(trainer.model.box.weight.numpy(), before)
    assert history.epochs["train_loss"] == history.epochs["train_kind_loss"]
    assert history.epochs["train_box_loss"][0] > 0


@pytest.mark.parametrize(
    ("given", "weighed", "told"),
    [
        ({}, None, r"^Losses: losses are a dict. They are losses by the names of the outputs"),
        ([cross_entropy], None, r"^Losses: losses are a list"),
        ({"a b": cross_entropy}, None, r"^Losses: losses are a dict"),
        ({"kind": 3}, None, r"^Losses: the loss of 'kind' is 3. It is a function"),
        (losses_by_name(), {"bx": 1.0}, r"^Losses: a weight for 'bx'. .*'box'"),
        (losses_by_name(), {"box": -1.0}, r"^Losses: the weight of 'box' is -1.0. Weights are"),
        (losses_by_name(), {"box": float("inf")}, r"^Losses: the weight of 'box' is inf"),
        (losses_by_name(), {"box": 0, "kind": 0}, r"^Losses: all weights are 0."),
        (losses_by_name(), [1.0, 2.0], r"^Losses: weights are a list. They are numbers by"),
    ],
    ids=["none", "list", "name", "no loss", "unknown", "negative", "inf", "zeros", "weights"],
)
def test_what_are_no_losses_is_refused(given: Any, weighed: Any, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        Losses(given, weighed)


def refused(kind: type[Exception], told: str, **changes: Any) -> None:
    with pytest.raises(kind, match=told):
        make_two(**changes).fit(1)


def test_a_wrong_number_of_losses_is_told() -> None:
    three = Losses(losses_by_name() | {"age": cross_entropy})
    rule = r"^Trainer: 3 losses, for kind, box, age; 'boxes' has 2 targets, kind, box. Each"
    refused(OptionError, rule, loss=three)
    refused(
        OptionError, r"^Trainer: 1 losses, for kind; .*has 2", loss=Losses({"kind": cross_entropy})
    )
    refused(OptionError, r"^Trainer: 'boxes' has 2 targets, kind, box, and there is one loss",
            loss=cross_entropy)  # fmt: skip


def test_one_loss_for_several_targets_is_told_whatever_is_measured() -> None:
    refused(OptionError, r"^Trainer: 'boxes' has 2 targets, kind, box, and there is one loss",
            loss=cross_entropy, metrics=())  # fmt: skip


def test_losses_for_data_of_one_target_are_told() -> None:
    plain = from_arrays(boxes(20).features, [0, 1] * 10, name="plain")
    model = Two()
    with pytest.raises(OptionError, match=r"losses for kind, box; 'plain' has one target without"):
        Trainer(model, losses(), Adam(model.parameters()), plain)


def test_a_model_of_another_number_of_outputs_is_told() -> None:
    class Three(Two):
        def forward(self, x: Tensor) -> Any:
            y = super().forward(x)
            return y["kind"], y["box"], y["box"]

    refused(ShapeError, r"the model gave 3 outputs in a tuple; there are 2 losses", model=Three())


def test_outputs_that_do_not_fit_their_target_are_told() -> None:
    class Few(Two):
        def forward(self, x: Tensor) -> Any:
            y = super().forward(x)
            return y["box"], y["box"]

    refused(ShapeError, r"the model has 2 outputs; 'boxes' has 3 classes", model=Few())


def test_pairs_without_a_meaning_are_refused() -> None:
    refused(OptionError, r"mixing=Mixup\(...\), but 'boxes' has several targets", mixing=Mixup(0.2))
    refused(
        DataError,
        r"class weights for 'boxes', which has several targets",
        weights=Weights(classes="balanced"),
    )
    refused(OptionError, "calibrate is True, and there are several outputs",
            saving=Saving("never", calibrate=True))  # fmt: skip


def test_other_validation_targets_are_refused() -> None:
    model, data = Two(), boxes(30, 1)
    for other, told in (
        (data.of_target("kind"), r"targets of 'boxes' are called \['kind', 'box'\], those of"),
        (from_arrays(data.features, {"kind": data.labels, "box": data.labels / 2}), "targets of"),
    ):
        with pytest.raises(DataError, match=told):
            Trainer(model, losses(), Adam(model.parameters()), data, other)
