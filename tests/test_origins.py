"""Where tensors came from: their order in time, and histories that are shared."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.origins import Origin, Unrecorded, has_origin, history


def test_a_history_has_each_tensor_once_behind_what_it_needs():
    x = pc.tensor(np.ones(3))
    seen = []

    def square(v):
        a = v * v
        b = a + a
        seen.extend(history([b, a]))
        return b.sum()

    pc.grad(square)(x)
    assert len({id(t) for t in seen}) == len(seen)
    serials = [t.origin.serial for t in seen]
    assert serials == sorted(serials)
    places = {id(t): place for place, t in enumerate(seen)}
    for place, tensor in enumerate(seen):
        assert all(places[id(t)] < place for t in tensor.origin.inputs if id(t) in places)
    assert not has_origin(x)


class Shared(Unrecorded):
    def of(self, owners):
        return Shared(None, (), owners)


def test_owners_are_joined_each_once_and_an_origin_that_knows_all_stays():
    a, b, c = object(), object(), object()
    one, other = Shared(None, (), (a, b)), Shared(None, (), (b, c))
    assert one.joined(one) is one
    assert one.joined(other).owners == (a, b, c)
    assert one.joined(Shared(None, (), (b,))) is one
    with pytest.raises(NotImplementedError, match="Unrecorded must define of"):
        Unrecorded(None, (), (a,)).of((b,))


def test_later_origins_have_larger_serials():
    assert Origin(None, ()).serial < Origin(None, ()).serial
