"""Loops over time in written passes: every line of loops of many kinds, evaluated at every step."""

import numpy as np
import pytest
from explanation.written_lines import checked

import pellucid as pc
from pellucid import functional, nn
from pellucid.explanation.backward_pass import backward_pass

DRAWN = np.random.default_rng(3)
X = DRAWN.normal(size=(5, 6, 3)).astype("float32")
T = DRAWN.normal(size=(5, 2)).astype("float32")
IDS = DRAWN.integers(0, 7, (5, 6))
WIDE = (DRAWN.normal(size=(4, 4)) * 0.4).astype("float32")
STEPS = DRAWN.normal(size=(6, 4)).astype("float32")


class Reads(nn.Module):
    """Recurrent layers, and what is made of what they give."""

    def __init__(self, kind, made, **options):
        rng = pc.Generator(2)
        self.reader = kind(3, 4, rng=rng, **options)
        wide = 8 if options.get("bidirectional") else 4
        self.out, self.made = nn.Linear(wide, 2, rng=rng), made

    def forward(self, x):
        return self.out(self.made(*self.reader(x)))


def mean(y, state):
    return y.mean(axis=1)


def last(y, state):
    return y[:, -1]


def end(y, state):
    return state[0] if isinstance(state, tuple) else state


def squared(y, state):
    return (y * y).sum(axis=1) + y[:, 2]


class Embeds(nn.Module):
    """Ids, a recurrent layer with a start that is learned, and its end."""

    def __init__(self):
        rng = pc.Generator(4)
        self.table = nn.Embedding(7, 3, rng=rng)
        self.cell = nn.GRUCell(3, 4, rng=rng)
        self.start = pc.Parameter(pc.tensor(STEPS[0]))
        self.out = nn.Linear(4, 2, rng=rng)

    def forward(self, ids):
        x = self.table(ids).permute_dims((1, 0, 2))

        def step(h, x):
            (h,) = self.cell(x, (h,))
            return h, None

        h, _ = pc.scan(step, self.start.value.broadcast_to((ids.shape[0], 4)), x)
        return self.out(h)


def own_loop(x, W, v, h):
    """A loop of one's own: two states, a result that is neither, one thing used from outside."""

    def step(state, x):
        a, total = state
        a = (x @ W + a * v).sin()
        return (a, total + (a * a).sum(axis=1, keepdims=True)), (a * total).exp()

    (a, total), y = pc.scan(step, (h + x[:, 0] * 0.0, x[:, 0, :1] * 0.0), x.permute_dims((1, 0, 2)))
    return (a * total).mean() + (y * 0.1).sum()


def counted(W, b):
    """A loop without sequences: a matrix applied again and again."""
    h, _ = pc.scan(lambda h, _: ((h @ W).tanh(), None), b, steps=5)
    return (h * h).sum()


CASES = {
    "rnn": (Reads(nn.RNN, mean), (X, T)),
    "lstm's last step": (Reads(nn.LSTM, last), (X, T)),
    "gru's end": (Reads(nn.GRU, end), (X, T)),
    "lstm's end": (Reads(nn.LSTM, end), (X, T)),
    "stacked": (Reads(nn.LSTM, mean, layers=2), (X, T)),
    "both directions": (Reads(nn.GRU, mean, bidirectional=True), (X, T)),
    "both, stacked": (Reads(nn.RNN, squared, bidirectional=True, layers=2), (X, T)),
    "learned start": (Embeds(), (IDS, T)),
    "own loop": (own_loop, (X, WIDE[:3, :3], STEPS[0, :3], STEPS[1, :3])),
    "counted": (counted, (WIDE, STEPS)),
}


def of_case(name):
    made, inputs = CASES[name]
    if not isinstance(made, nn.Module):
        return made, inputs
    inner = made
    if isinstance(made, Reads) and made.made is end:

        def inner(x, made=made):
            found = end(*made.reader(x))
            return made.out(found.reshape(x.shape[0], 4))

    return (lambda x, t: functional.mean_squared_error(inner(x), t)), inputs


@pytest.mark.parametrize("notation", ["rows", "columns"])
@pytest.mark.parametrize("name", CASES)
def test_every_line_has_the_value_of_a_run_at_every_step(name, notation):
    function, inputs = of_case(name)
    found = backward_pass(function, *inputs, notation=notation)
    assert any(line.loop for line in found.forward)
    assert any(line.loop for line in found.backward)
    assert "crossing" not in found.text()
    errors = checked(found, function, *inputs, floor=1e-3)
    assert max(errors.values()) < 2e-6, max(errors, key=errors.get)
