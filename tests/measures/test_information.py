"""Information: values by hand and from SciPy, units, and what is refused."""

import copy
import json
import math
import pickle

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import mutual_info_score

from pellucid import measures
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError

E = math.e


@st.composite
def two_distributions(draw):
    """Two distributions over the same outcomes, with zeros among them."""
    size = draw(st.integers(1, 6))
    weights = st.lists(st.integers(0, 20), min_size=size, max_size=size)
    first, second = draw(weights.filter(any)), draw(weights.filter(any))
    return np.array(first) / sum(first), np.array(second) / sum(second)


# ---- values ------------------------------------------------------------------------------


def test_self_information_is_minus_the_logarithm():
    assert measures.self_information(0.125) == 3.0
    assert measures.self_information(1.0) == 0.0
    assert str(measures.self_information(1.0)) == "0.0 bit"
    assert measures.self_information(0.0) == math.inf
    assert measures.self_information(1 / E, base=E) == pytest.approx(1.0)


def test_entropy_of_equal_outcomes_is_the_logarithm_of_their_number():
    assert measures.entropy([0.25] * 4) == pytest.approx(2.0)
    assert measures.entropy([0.25] * 4, base=4) == pytest.approx(1.0)
    assert str(measures.entropy([0.0, 1.0])) == "0.0 bit"


@given(two_distributions())
def test_all_equal_scipy(pair):
    p, q = pair
    assert measures.entropy(p) == pytest.approx(stats.entropy(p, base=2), abs=1e-12)
    assert measures.kl_divergence(p, q, base=E) == pytest.approx(stats.entropy(p, q), abs=1e-12)
    assert measures.js_divergence(p, q, base=10) == pytest.approx(
        jensenshannon(p, q, base=10) ** 2, abs=1e-12
    )


@given(two_distributions())
def test_cross_entropy_is_entropy_plus_divergence(pair):
    p, q = pair
    expected = measures.entropy(p) + measures.kl_divergence(p, q)
    assert measures.cross_entropy(p, q) == pytest.approx(expected, abs=1e-12)


@given(two_distributions())
def test_divergence_is_never_negative_and_0_only_for_equal_distributions(pair):
    p, q = pair
    found = measures.kl_divergence(p, q)
    assert found >= 0.0
    assert (found > 1e-12) == (not np.allclose(p, q, rtol=0, atol=1e-9))
    assert measures.kl_divergence(p, p) == 0.0


def test_rounding_makes_no_divergence_negative():
    p = np.array([13, 18, 10, 12]) / 53
    q = p * np.array([1 + 2.3e-16, 1 + 2.3e-16, 1, 1])
    assert np.sum(p * np.log(p / q)) < 0.0
    assert measures.kl_divergence(p, q) == 0.0


@given(two_distributions())
def test_js_is_symmetric_and_at_most_one_bit(pair):
    p, q = pair
    assert measures.js_divergence(p, q) == pytest.approx(measures.js_divergence(q, p), abs=1e-12)
    assert 0.0 <= measures.js_divergence(p, q) <= 1.0 + 1e-12


@pytest.mark.parametrize("far", [1, 3, 7])
def test_js_of_disjoint_supports_is_one_bit_however_far_apart(far):
    p, q = np.eye(8)[0], np.eye(8)[far]
    assert measures.js_divergence(p, q) == 1.0
    assert measures.js_divergence(p, q, base=E) == pytest.approx(0.693147, abs=1e-6)
    assert measures.kl_divergence(p, q) == math.inf
    assert measures.cross_entropy(p, q) == math.inf


def test_mutual_information_is_0_for_independent_quantities_and_the_entropy_for_equal_ones():
    p = np.array([0.2, 0.3, 0.5])
    assert measures.mutual_information(np.outer(p, [0.4, 0.6])) == pytest.approx(0.0, abs=1e-12)
    assert measures.mutual_information(np.diag(p)) == pytest.approx(measures.entropy(p))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30))
def test_information_gain_equals_the_mutual_information_of_scikit_learn(pairs):
    classes, feature = np.array(pairs).T
    found = measures.information_gain(classes, feature, base=E)
    assert found == pytest.approx(mutual_info_score(classes, feature), abs=1e-12)


def test_the_gain_of_quinlans_outlook_is_0247_bit():
    # Quinlan 1986, section 4: sunny 2 of 5, overcast 4 of 4, rain 3 of 5.
    outlook = ["sunny"] * 5 + ["overcast"] * 4 + ["rain"] * 5
    play = [1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    assert measures.information_gain(play, outlook) == pytest.approx(0.247, abs=5e-4)


# ---- the unit ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "shown"),
    [(2, "1.0 bit"), (E, "0.6931471805599453 nat"), (4, "0.5 in base 4")],
)
def test_a_result_shows_its_unit(base, shown):
    assert repr(measures.js_divergence([1, 0], [0, 1], base=base)) == shown
    assert str(measures.js_divergence([1, 0], [0, 1], base=base)) == shown


def test_an_amount_is_a_number_and_converts():
    one = measures.Information(1.0)
    assert one + 1 == 2.0
    assert f"{one:.2f}" == "1.00"
    assert json.dumps(one) == "1.0"
    assert one.nats == pytest.approx(math.log(2))
    assert measures.Information(1.0, base=E).bits == pytest.approx(1 / math.log(2))
    assert str(one.to(16)) == "0.25 in base 16"
    assert measures.Information(2.0, base=10).unit == "hartley"


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_keep_the_unit(again):
    assert repr(again(measures.Information(2.0, base=10))) == "2.0 hartley"


# ---- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize("base", [1, 0, -2, math.nan, math.inf])
def test_a_base_that_is_no_number_above_1_is_refused(base):
    with pytest.raises(OptionError, match=r"The base of the logarithm is a number above 1"):
        measures.entropy([1.0], base=base)


@pytest.mark.parametrize(
    ("p", "error", "message"),
    [
        ([0.5, 0.4], DataError, r"entropy: p sums to 0\.9\. .* by p / p\.sum\(\)"),
        ([3, 1], DataError, r"entropy: p sums to 4\."),
        ([1.5, -0.5], DataError, r"entropy: p holds -0\.5 at \(1,\)\. .* never negative"),
        ([], DataError, r"entropy: p of shape \(0,\) are empty"),
        ([math.nan, 1.0], DataError, r"entropy: p hold nan at \(0,\)"),
        ([[0.5, 0.5]], ShapeError, r"entropy: p has shape \(1, 2\)\. It must be a row"),
        (["a", "b"], DTypeError, r"entropy: p of <U1"),
    ],
)
def test_what_is_no_distribution_is_refused(p, error, message):
    with pytest.raises(error, match=message):
        measures.entropy(p)


@pytest.mark.parametrize(
    "measure", [measures.cross_entropy, measures.kl_divergence, measures.js_divergence]
)
def test_distributions_over_different_outcomes_are_refused(measure):
    message = rf"{measure.__name__}: shapes \(2,\) and \(1,\)\. .* the same outcomes"
    with pytest.raises(ShapeError, match=message):
        measure([0.5, 0.5], [1.0])
    with pytest.raises(DataError, match=r"q sums to 0\.75"):
        measure([0.5, 0.5], [0.5, 0.25])


def test_float32_probabilities_may_be_off_by_their_rounding():
    p = np.full(3, 1 / 3, np.float32) * np.float32(1 + 1e-5)
    assert measures.entropy(p) == pytest.approx(math.log2(3), abs=1e-3)
    with pytest.raises(DataError, match="sums to"):
        measures.entropy(p.astype(np.float64))


def test_a_joint_distribution_is_a_table():
    with pytest.raises(ShapeError, match=r"joint has shape .* a table of joint probabilities"):
        measures.mutual_information([0.5, 0.5])


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_a_number_outside_0_to_1_is_no_probability(p):
    with pytest.raises(DataError, match=r"self_information: probability .* between 0 and 1"):
        measures.self_information(p)


def test_labellings_of_different_samples_are_refused():
    with pytest.raises(ShapeError, match=r"information_gain: shapes \(2,\) and \(3,\)"):
        measures.information_gain([0, 1], [0, 1, 1])
    with pytest.raises(DTypeError, match="information_gain: the first labels of float64"):
        measures.information_gain([0.5, 1.0], [0, 1])
