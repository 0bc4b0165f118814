"""The described networks: their weights in order, by He's rule, and their work counted by hand."""

import numpy as np
import pytest

from pellucid.bench.networks import (
    NETWORKS,
    POOL,
    Conv,
    Dense,
    LastOfLSTM,
    Norm,
    Residual,
    SmallGPT,
    first_flops,
    flops,
    parts,
    weights_of,
)

# Parameters without those of batch norm: as the models of the same names have them.
SIZES = {
    "simple": 780 + 432_100 + 1_010,
    "deep": 160 + 2_320 + 4_640 + 9_248 + 18_496 + 36_928 + 51_250 + 510,
    "residual": 9 * (3 * 16 + 4 * 256 + 512 + 3 * 1024 + 2048 + 3 * 4096) + 512 + 2048 + 650,
    "lstm": 4 * 128 * (28 + 128 + 1) + 1_290,
    "gpt": (64 + 128 + 64) * 128 + 4 * (12 * 128**2 + 9 * 128),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_have_their_sizes(name):
    assert sum(w.size for w in weights_of(NETWORKS[name])) == SIZES[name]


def test_weights_start_by_he_and_are_always_the_same():
    for name in ("simple", "residual"):
        for w, other in zip(weights_of(NETWORKS[name]), weights_of(NETWORKS[name]), strict=True):
            np.testing.assert_array_equal(w, other)
            assert w.dtype == np.float32
            if w.ndim > 1 and w.size > 4000:
                fan_in = np.prod(w.shape[1:]) if w.ndim == 4 else w.shape[0]
                assert np.var(w) == pytest.approx(2 / fan_in, rel=0.1)
            elif w.ndim == 1:
                assert not w.any()


def test_layers_of_the_way_come_before_those_of_the_way_round():
    way, around = (Conv(2, 4), Norm(4)), (Conv(2, 4, size=1),)
    layers = (Dense(1, 2), Residual(way, around), POOL, LastOfLSTM(3, 5))
    assert list(parts(layers)) == [layers[0], *way, *around, layers[3]]


def test_work_is_two_operations_for_each_product():
    layers = (Conv(1, 2, size=3, padding=1), POOL, Conv(2, 3, size=3, padding=0), Dense(12, 5))
    assert first_flops(layers, (1, 8, 8)) == 2 * 64 * 1 * 2 * 9
    assert flops(layers, (1, 8, 8)) == 2 * 4 * 2 * 3 * 9 + 2 * 12 * 5


def test_a_small_gpt_multiplies_in_maps_and_between_all_pairs_of_positions():
    layers = (SmallGPT(vocabulary=11, length=6, features=8, heads=2, blocks=3),)
    maps, pairs = 6 * 8 * (4 * 8 + 2 * 4 * 8), 2 * 6 * 6 * 8
    assert first_flops(layers, (6,)) == 0
    assert flops(layers, (6,)) == 2 * (3 * (maps + pairs) + 6 * 8 * 11)


def test_a_small_gpt_starts_by_xavier_with_biases_of_0():
    token, *_, widen, _, _, _, output = weights_of(NETWORKS["gpt"])
    assert (token.shape, widen.shape, output.shape) == ((64, 128), (128, 512), (128, 64))
    assert np.var(widen) == pytest.approx(2 / (128 + 512), rel=0.05)
    assert all(w.any() == (w.ndim == 2) for w in weights_of(NETWORKS["gpt"]))
