"""From the losses of all samples to one number: means, sums, weights of samples and of classes."""

import json
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.functional.reduction import weighed

VALUES = json.loads(Path(__file__).with_name("loss_values.json").read_text())
LOGITS = np.array([[1.0, -2.0, 0.5], [0.3, 0.2, 0.1], [-1.0, 4.0, 0.0], [2.0, 2.0, 2.0]])
IDS = np.array([2, 0, 1, 1])
SOFT = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.1, 0.1, 0.8]])
WEIGHTS = np.array([1.0, 2.0, 0.0, 0.5])
ELEMENT_LOSSES = [f.mean_squared_error, f.binary_cross_entropy]


def losses_of(weights=None, reduction="mean"):
    return f.cross_entropy(LOGITS, IDS, weights=weights, reduction=reduction)


def test_reductions_by_hand():
    each = losses_of(reduction="none").numpy()
    assert each.shape == (4,)
    assert losses_of().item() == pytest.approx(each.mean())
    assert losses_of(reduction="sum").item() == pytest.approx(each.sum())


def test_the_weighted_mean_divides_by_the_weights():
    each = losses_of(reduction="none").numpy()
    assert losses_of(WEIGHTS).item() == pytest.approx((WEIGHTS * each).sum() / WEIGHTS.sum())
    assert losses_of(WEIGHTS, "sum").item() == pytest.approx((WEIGHTS * each).sum())
    assert losses_of(WEIGHTS, "none").numpy() == pytest.approx(WEIGHTS * each)


def test_integer_weights_count_samples_several_times():
    repeated = f.cross_entropy(
        np.repeat(LOGITS, [1, 2, 0, 3], axis=0), np.repeat(IDS, [1, 2, 0, 3])
    )
    assert losses_of(np.array([1, 2, 0, 3])).item() == pytest.approx(repeated.item())


@pytest.mark.parametrize("loss", ELEMENT_LOSSES)
def test_weights_per_row_are_weights_of_all_its_elements(loss):
    full = np.repeat(WEIGHTS[:, None], 3, axis=1)
    for reduction in ("mean", "sum", "none"):
        by_row = loss(LOGITS, SOFT, weights=WEIGHTS, reduction=reduction).numpy()
        by_element = loss(LOGITS, SOFT, weights=full, reduction=reduction).numpy()
        np.testing.assert_allclose(by_row, by_element, rtol=1e-14)


def test_class_weights_are_taken_by_id():
    of_class = pc.tensor(np.array([1.0, 10.0, 0.5]))
    found = f.cross_entropy(LOGITS, IDS, weights=of_class.take(IDS, axis=0)).item()
    w = np.array([0.5, 1.0, 10.0, 10.0])
    assert found == pytest.approx(losses_of(w).item())


def test_operations_of_a_loss_are_recorded_under_its_name():
    def slope(x, t):
        return pc.grad(lambda x: f.cross_entropy(x, t))(x)

    scopes = {node.scope for node in pc.capture(slope)(LOGITS, IDS).nodes}
    assert {"cross_entropy", "gradient of cross_entropy"} <= scopes


def test_what_means_are_divided_by_is_told_where_it_is_asked_for():
    with weighed() as outer:
        losses_of()
        with weighed() as inner:
            losses_of(WEIGHTS)
            f.mean_squared_error(LOGITS, LOGITS)
            losses_of(reduction="sum")
            losses_of(WEIGHTS * 0.0)
        assert [float(np.asarray(each)) for each in inner] == [3.5, 12.0, 0.0]
    losses_of()
    assert outer == [4.0]
    ignoring = f.cross_entropy(LOGITS, IDS, ignore_index=1)
    with weighed() as found:
        assert f.cross_entropy(LOGITS, IDS, ignore_index=1).item() == ignoring.item()
    assert found[0].item() == 2.0
