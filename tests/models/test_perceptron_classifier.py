"""Perceptrons side by side learn by the rule of the single one."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import measures, optim
from pellucid.data import digits, split
from pellucid.errors import PositionError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.models import Perceptron, PerceptronClassifier, perceptron_loss
from pellucid.train import Options, Trainer

SCORES = np.array([[2.0, 0.5, 1.0], [1.0, 3.0, 2.0], [0.0, 0.0, 4.0]])


def test_the_loss_is_0_where_the_class_is_right_and_the_distance_elsewhere():
    found = perceptron_loss(SCORES, [1, 1, 0], reduction="none")
    assert found.tolist() == [1.5, 0.0, 4.0]
    assert perceptron_loss(SCORES, [1, 1, 0]).item() == pytest.approx(5.5 / 3)
    one_hot = np.eye(3)[[1, 1, 0]]
    assert perceptron_loss(SCORES, one_hot, reduction="none").tolist() == [1.5, 0.0, 4.0]


def test_its_gradient_is_the_chosen_class_less_the_right_one():
    slope = pc.grad(lambda s: perceptron_loss(s, [1, 1, 0], reduction="sum"))(SCORES)
    assert slope.tolist() == [[1, -1, 0], [0, 0, 0], [-1, 0, 1]]
    pc.check_gradients(lambda s: perceptron_loss(s, [1, 1, 0]), SCORES)


def test_largest_scores_that_are_equal_share_the_gradient():
    slope = pc.grad(lambda s: perceptron_loss(s, [0]))(np.zeros((1, 4)))
    assert slope.tolist() == [[-0.75, 0.25, 0.25, 0.25]]


def test_weights_count_samples():
    found = perceptron_loss(SCORES, [1, 1, 0], weights=np.array([1.0, 1.0, 0.0]))
    assert found.item() == pytest.approx(0.75)


def test_descent_sample_by_sample_is_the_rule_of_the_perceptron():
    numbers = np.random.default_rng(0)
    x = numbers.normal(size=(60, 4))
    t = (x @ [1.0, -2.0, 0.5, 0.0] + 0.3 > 0).astype(int)
    # Begun with weights, as at 0 both scores are largest, and share their gradient.
    start = numbers.normal(size=4)
    unit, model = Perceptron.by_hand(start, 0.1), PerceptronClassifier(4, 2)
    model.linear.weight.assign(np.stack([0 * start, start], axis=1).astype(np.float32))
    model.linear.bias.assign(np.array([0.0, 0.1], np.float32))
    optimizer = optim.SGD(model.parameters(), 0.5)
    # Both columns move by 0.5, so their difference by 1.
    unit.learn(x, t, learning_rate=1.0, passes=1)
    for sample, answer in zip(x, t, strict=True):
        row = sample[None].astype(np.float32)
        optimizer.minimize(perceptron_loss(model(row), np.array([answer])))
    w, b = model.linear.weight.numpy(), model.linear.bias.numpy()
    np.testing.assert_allclose(w[:, 1] - w[:, 0], unit.weight.numpy(), atol=1e-5)
    assert b[1] - b[0] == pytest.approx(unit.bias.item(), abs=1e-5)


def test_it_learns_the_digits():
    (train, test), _ = split(digits(), (0.8, 0.2), seed=0)
    model = PerceptronClassifier(64, 10)
    optimizer = optim.SGD(model.parameters(), 0.1)
    trainer = Trainer(model, perceptron_loss, optimizer, train, None, Options(batch_size=10))
    trainer.fit(10)
    found = model(test.features).argmax(axis=1).numpy()
    assert measures.accuracy(test.labels, found) > 0.93


def test_it_starts_undecided_and_takes_images():
    model = PerceptronClassifier(12, 5)
    assert not model(np.ones((3, 1, 3, 4), np.float32)).numpy().any()
    assert model(np.ones((3, 1, 3, 4), np.float32)).shape == (3, 5)
    assert cross_entropy(model(np.ones((1, 12), np.float32)), [2]).item() == pytest.approx(
        np.log(5)
    )


def test_targets_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="perceptron_loss: logits or probabilities of shape"):
        perceptron_loss(SCORES, [0, 1])
    with pytest.raises(PositionError, match=r"perceptron_loss: id 3 at"):
        perceptron_loss(SCORES, [0, 1, 3])
