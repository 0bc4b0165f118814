"""The reference executor runs a procedure on NumPy."""

import numpy as np

import pellucid as pc
from pellucid.executors.reference import Reference
from pellucid.graph import Procedure


def test_state_is_updated_in_its_own_memory():
    v = pc.Variable([1.0, 2.0])
    procedure = pc.compile(lambda x: v.assign(v + x), executor="reference").captured(1.0).procedure
    assert isinstance(procedure, Procedure)
    state = np.array([1.0, 2.0], np.float32)
    assert Reference(procedure)([np.float32(0.5)], [state]) == []
    assert state.tolist() == [1.5, 2.5]
