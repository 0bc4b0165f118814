"""Names: those of the field, by what things are; a user's own stay."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, nn
from pellucid.explanation.backward_pass import backward_pass

X, T = np.zeros((5, 3), np.float32), np.zeros((5, 1), np.float32)


def lefts(layers, notation):
    rng = pc.Generator(1)
    model = nn.Sequential(*(nn.Linear(*sizes, rng=rng) for sizes in layers))
    found = backward_pass(model, X, T, loss=functional.mean_squared_error, notation=notation)
    return [line.left for line in found.backward], [line.left for line in found.forward]


@pytest.mark.parametrize(
    ("layers", "notation", "expected"),
    [
        ([(3, 1)], "rows", ["dy", "dw", "db"]),
        ([(3, 1)], "columns", ["dz", "dw", "db"]),
        ([(3, 2), (2, 1)], "rows", ["dy", "dW2", "db2", "dz1", "dW1", "db1"]),
        ([(3, 2), (2, 1)], "columns", ["dZ[2]", "dW[2]", "db[2]", "dZ[1]", "dW[1]", "db[1]"]),
    ],
    ids=["one, rows", "one, columns", "two, rows", "two, columns"],
)
def test_names_of_both_notations(layers, notation, expected):
    assert lefts(layers, notation)[0] == expected


def test_no_two_things_have_one_name():
    backward, forward = lefts([(3, 3)] * 4 + [(3, 1)], "rows")
    assert len(set(backward + forward)) == len(backward + forward)


def test_arguments_keep_their_names():
    found = backward_pass(lambda apples, price: apples * price, 2, 100)
    assert [str(line) for line in found.backward] == ["dapples = price", "dprice = apples"]


def test_a_table_of_embeddings_and_the_weights_of_a_loop_are_no_gammas():
    class Words(nn.Module):
        def __init__(self):
            rng = pc.Generator(0)
            self.words = nn.Embedding(9, 3, rng=rng.child())
            self.loop = nn.GRU(3, 2, rng=rng.child())

        def forward(self, ids):
            return self.loop(self.words(ids))[0].mean()

    text = pc.explain(Words(), np.zeros((2, 4), np.int64)).backward_pass().text()
    assert "take(E, " in text
    assert "h2_t" in text
    assert "recurrent_bias" in text
    assert "gamma" not in text
