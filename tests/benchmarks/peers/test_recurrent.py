"""Recurrent layers of all libraries begin alike and find the same losses."""

import importlib.util

import numpy as np
import pytest
import recurrent

from pellucid.bench.contender import Contender
from pellucid.bench.measure import Timing


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Layers that are made in no time."""
    for name, size in (("BATCH", 3), ("STEPS", 4), ("FEATURES", 5), ("HIDDEN", 6)):
        monkeypatch.setattr(recurrent, name, size)


@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("kind", recurrent.GATES)
@pytest.mark.parametrize("peer", ["torch", "jax"])
def test_peers_find_the_losses_of_pellucid(kind, ways, peer):
    if importlib.util.find_spec(peer) is None:
        pytest.skip(f"{peer} is not here")
    x, weights = recurrent.data(kind, ways)
    own = recurrent.by_pellucid(kind, x, weights)
    other = {"torch": recurrent.by_torch, "jax": recurrent.by_jax}[peer](kind, x, weights)
    for steps in (1, 20):
        np.testing.assert_allclose(other(steps), own(steps), rtol=1e-4)


def test_weights_are_those_of_each_way():
    x, weights = recurrent.data("GRU", 2)
    assert x.shape == (3, 4, 5)
    assert [[part.shape for part in way] for way in weights] == [[(5, 18), (6, 18)]] * 2
    assert not np.array_equal(weights[0][0], weights[1][0])


def timing(system, median, loss):
    return Timing(Contender(system, "", lambda steps: loss), median, median, 1, loss, loss)


def test_the_table_tells_how_many_times_longer_each_takes():
    found = recurrent.table("LSTM", [timing("pellucid", 4000, 0.5), timing("jax", 10000, 0.5)])
    words = " ".join(found.split())
    assert words == "LSTM pellucid 4.00 ms 1.00 x jax 10.00 ms 2.50 x"


def test_other_losses_are_refused():
    with pytest.raises(ValueError, match=r"losses of 0\.6 and 0\.5"):
        recurrent.table("LSTM", [timing("pellucid", 4000, 0.5), timing("jax", 10000, 0.6)])


def test_unknown_cells_are_refused(capsys):
    with pytest.raises(SystemExit):
        recurrent.main(["ELMAN"])
    assert "there are RNN LSTM GRU" in capsys.readouterr().err
