"""Losses, measures and optimizers given by name: each is told the thing itself."""

from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import OptionError
from pellucid.foreign import sentence
from pellucid.foreign.values import VALUES
from pellucid.functional import cross_entropy
from pellucid.nn import Linear, Sequential
from pellucid.nn.init import Zeros
from pellucid.optim import Adam
from pellucid.train import Options, Trainer

DATA = pc.data.from_arrays(np.eye(120, 3), [0, 1] * 60)
# Of two hidden layers: Muon turns the matrix between them.
MODEL = Sequential(*(Linear(*sizes, initializer=Zeros()) for sizes in ((3, 4), (4, 4), (4, 2))))
OPTIMIZER = Adam(MODEL.parameters())
NAMED = [(kind, name, remedy) for kind, t in VALUES.items() for name, remedy in t.items()]


@pytest.mark.parametrize(("kind", "name", "remedy"), NAMED)
def test_what_is_given_by_name_is_told_the_thing_itself(kind: str, name: str, remedy: str) -> None:
    exec(remedy.partition("#")[0], {"pc": pc, "model": MODEL})
    for word in (name, name.upper()):
        with pytest.raises(OptionError) as told:
            make(kind, word)
        assert str(told.value).endswith(f"is {word!r}, a str. {sentence(remedy)}")


def make(kind: str, given: Any) -> Any:
    if kind == "metric":
        return Options(metrics=(given,))
    parts = {"loss": cross_entropy, "optimizer": OPTIMIZER} | {kind: given}
    return Trainer(MODEL, parts["loss"], parts["optimizer"], DATA)
