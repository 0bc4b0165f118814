"""Adam with another start, look ahead or norm: the formulas by hand, and their first updates."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim
from pellucid.errors import OptionError


def moved(make, *gradients, dtype="float64"):
    """Where a single number goes from 0 under given gradients."""
    w = pc.Parameter(np.zeros(1, dtype))
    optimizer = make({"w": w})
    places = []
    for g in gradients:
        optimizer.apply({"w": pc.tensor(np.array([g], dtype))})
        places.append(w.value.item())
    return places


def test_radam_by_hand():
    # beta2 = 0.9: most = 19, rho = 1, 1.947, 2.842, 3.688, 4.485: the fifth update divides first.
    rho = 19.0 - 10.0 * 0.9**5 / (1.0 - 0.9**5)
    r = ((rho - 4.0) * (rho - 2.0) * 19.0 / (15.0 * 17.0 * rho)) ** 0.5
    places = moved(lambda p: optim.RAdam(p, 1.0, beta2=0.9), 2.0, 2.0, 2.0, 2.0, 2.0)
    assert places == pytest.approx([-2.0, -4.0, -6.0, -8.0, -8.0 - r], rel=1e-8)


def test_with_the_threshold_of_pytorch_the_sixth_update_divides_first():
    steps = np.diff(moved(lambda p: optim.RAdam(p, 1.0, threshold=5.0), *[2.0] * 6), prepend=0.0)
    assert steps[:5] == pytest.approx(-2.0)
    assert steps[5] == pytest.approx(-0.02582, abs=1e-5)


def test_a_memory_too_short_never_divides():
    steps = np.diff(moved(lambda p: optim.RAdam(p, 1.0, beta2=0.6), *[2.0] * 9))
    assert steps == pytest.approx(-2.0)


def test_radam_is_as_exact_in_float32_where_it_begins_to_divide():
    first, wide = (
        moved(lambda p: optim.RAdam(p, 1.0), *[2.0] * 6, dtype=dtype)
        for dtype in ("float32", "float64")
    )
    assert first == pytest.approx(wide, rel=1e-6)


def test_nadam_by_hand():
    # decay 0: mu is 0.45 always. m = 0.55, v' = 0.999 v / 0.001 = 0.999
    places = moved(lambda p: optim.NAdam(p, 1.0, decay=0.0, eps=1e-12), 1.0)
    ahead = 0.45 * 0.55 / (1.0 - 0.45**2) + 0.55 / (1.0 - 0.45)
    assert places == pytest.approx([-ahead / 0.999**0.5], rel=1e-9)


def test_nadamconstant_by_hand():
    places = moved(lambda p: optim.NAdamConstant(p, 1.0, decay=0.0, eps=1e-12), 1.0)
    ahead = 0.45 * 0.1 / (1.0 - 0.45**2) + 0.55 / (1.0 - 0.45)
    assert places == pytest.approx([-ahead], rel=1e-9)


def test_adamepsilonhat_by_hand():
    # m = 0.2, v = 0.004: the root of v is 0.0632, and eps counts 31.6 times as much as in Adam.
    places = moved(lambda p: optim.AdamEpsilonHat(p, 1.0, eps=0.1), 2.0)
    assert places == pytest.approx([-(0.001**0.5) / 0.1 * 0.2 / (0.004**0.5 + 0.1)], rel=1e-12)
    adam = moved(lambda p: optim.Adam(p, 1.0, eps=0.1 / 0.001**0.5), 2.0)
    assert places == pytest.approx(adam, rel=1e-12)


def test_adamax_by_hand():
    # m = 0.2, 0.18 - 0.05; u = 2, then 0.999 * 2 is still the larger one
    places = moved(lambda p: optim.Adamax(p, 1.0), 2.0, -0.5)
    assert places == pytest.approx([-1.0, -1.0 - 0.13 / 0.19 / 1.998], rel=1e-12)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_adamax_without_a_gradient_stays_where_the_paper_divides_0_by_0(executor):
    w = pc.Parameter(np.array([1.0, 1.0]))
    optimizer = optim.Adamax({"w": w}, 0.5)
    step = pc.compile(lambda g: optimizer.apply({"w": g}), executor=executor)
    step(pc.tensor(np.array([0.0, 1.0])))
    assert w.value.tolist() == [1.0, 0.5]


def test_options_outside_their_range_are_refused():
    w = {"w": pc.Parameter([1.0])}
    with pytest.raises(OptionError, match=r"RAdam: threshold 3\.0\. It must be at least 4\.0"):
        optim.RAdam(w, threshold=3.0)
    with pytest.raises(OptionError, match=r"NAdamConstant: decay -1\.0"):
        optim.NAdamConstant(w, decay=-1.0)
    with pytest.raises(OptionError, match=r"Adamax: beta2 1\.0"):
        optim.Adamax(w, beta2=1.0)
