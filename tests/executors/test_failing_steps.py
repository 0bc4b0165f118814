"""Steps that fail: every variable, counter and random state stays as it was, on every executor."""

import os
import signal
from contextlib import contextmanager

import numpy as np
import pytest
from executors.native.programs import small_chunks

import pellucid as pc
from pellucid import nn, optim
from pellucid.errors import PositionError
from pellucid.executors import EXECUTORS, threads
from pellucid.functional import cross_entropy
from pellucid.primitives import Primitive
from pellucid.primitives.base import FLOATS

CLASSES, WORDS, BATCH = 4, 10, 6
SIGNALS = int(os.environ.get("PELLUCID_SIGNALS", "60"))  # more of them: the long form


class Fragile(Primitive):
    """The values themselves; raises at the call that a test asks for."""

    accepts = FLOATS
    calls, fails_at = 0, 0
    fault: BaseException = ValueError("fragile")

    def shape(self, x):
        return x

    def forward(self, xp, x):
        Fragile.calls += 1
        if Fragile.calls == Fragile.fails_at:
            raise Fragile.fault
        return xp.array(x)

    def backward(self, dy, y, x):
        return (pc.apply(Fragile(), dy),)


@pytest.fixture(params=EXECUTORS)
def executor(request):
    return request.param


@pytest.fixture(params=[1, 3], ids=["one thread", "three"])
def shared(request):
    """How many threads share a program, however small."""
    before = threads._Choice.count
    threads.set_threads(request.param)
    with small_chunks():
        yield request.param
    threads._Choice.count = before


@pytest.fixture(autouse=True)
def _sound():
    Fragile.calls, Fragile.fails_at = 0, 0
    yield
    Fragile.calls, Fragile.fails_at = 0, 0


class Words(nn.Module):
    """Words to classes, with all that a model keeps from step to step."""

    def __init__(self, fragile):
        rng = pc.Generator(seed=3)
        self.embedding = nn.Embedding(WORDS, 8, rng=rng)
        self.first = nn.Linear(8, 16, rng=rng)
        self.norm = nn.BatchNorm(16)
        self.dropout = nn.Dropout(0.3, rng=rng)
        self.last = nn.Linear(16, CLASSES, rng=rng)
        self.fragile = fragile

    def forward(self, words):
        x = self.first(self.embedding(words))
        if self.fragile == "in the middle":
            x = pc.apply(Fragile(), x)
        x = self.dropout(self.norm(x).tanh())
        if self.fragile == "at the end":
            return pc.apply(Fragile(), self.last(x))
        return self.last(x)


def made(optimizer, executor, fragile=""):
    """A step, and every variable that it changes."""
    model = Words(fragile)
    rule = optimizer(model.parameters())

    def step(words, targets):
        with model.mode(training=True):
            loss = cross_entropy(model(words), targets)
        rule.minimize(loss)
        return loss

    return pc.compile(step, executor=executor), {**model.variables(), **rule.variables()}


OPTIMIZERS = {
    "sgd": lambda parameters: optim.SGD(parameters, 0.3),
    "adam": lambda parameters: optim.Adam(parameters, 0.01),
    "clipped": lambda parameters: optim.Adam(parameters, 0.01, clip=optim.ByGlobalNorm(1.0)),
}


def bits(variables):
    return {name: variable.numpy().tobytes() for name, variable in variables.items()}


def batches(steps):
    draw = np.random.default_rng(0)
    words = draw.integers(0, WORDS, (steps, BATCH))
    return words, draw.integers(0, CLASSES, (steps, BATCH))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("wrong", [WORDS, -WORDS - 1, 2**40])
def test_an_index_out_of_range_changes_nothing(executor, shared, optimizer, wrong):
    del shared
    step, variables = made(OPTIMIZERS[optimizer], executor)
    words, targets = batches(2)
    step(words[0], targets[0])
    before = bits(variables)
    words[1, 3] = wrong
    with pytest.raises((PositionError, IndexError)):
        step(words[1], targets[1])
    assert bits(variables) == before
    step(words[0], targets[0])
    assert bits(variables) != before


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("fragile", ["in the middle", "at the end"])
@pytest.mark.parametrize("call", [1, 2], ids=["forward", "backward"])
def test_a_rule_that_raises_changes_nothing(executor, shared, optimizer, fragile, call):
    del shared
    step, variables = made(OPTIMIZERS[optimizer], executor, fragile)
    words, targets = batches(2)
    step(words[0], targets[0])
    before, Fragile.fails_at = bits(variables), Fragile.calls + call
    with pytest.raises(ValueError, match="fragile"):
        step(words[1], targets[1])
    assert bits(variables) == before


@pytest.mark.parametrize("failing", range(5))
@pytest.mark.parametrize("kind", ["index", "rule"])
def test_a_loop_ends_after_the_steps_before_the_one_that_fails(executor, shared, failing, kind):
    del shared
    fragile = "in the middle" if kind == "rule" else ""
    words, targets = batches(5)
    wanted, variables = made(OPTIMIZERS["adam"], executor, fragile)
    for i in range(failing):
        wanted(words[i], targets[i])
    expected = bits(variables)
    step, variables = made(OPTIMIZERS["adam"], executor, fragile)
    if kind == "rule":
        Fragile.calls, Fragile.fails_at = 0, 2 * failing + 2
    else:
        words[failing, -1] = WORDS
    with pytest.raises((ValueError, PositionError, IndexError)):
        step.loop(words, targets)
    assert bits(variables) == expected


# ---- signals -----------------------------------------------------------------------------


class RungError(Exception):
    """What the signal's handler of a test raises."""


@contextmanager
def alarms():
    """Have each alarm raise; the timer's interval is set inside."""

    def ring(_number, _frame):
        rung.append(1)
        raise RungError

    rung = []
    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield rung
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such timers")
def test_an_exception_of_a_signal_is_never_lost_and_leaves_whole_steps(executor, shared):
    """The alarm rings at any time within a step, most of which is spent in Python."""
    del shared
    step, variables = made(OPTIMIZERS["adam"], executor, "in the middle")
    words, targets = batches(1)
    step(words[0], targets[0])
    first = {name: variable.numpy() for name, variable in variables.items()}
    known = [bits(variables)]
    draw = np.random.default_rng(1)
    raised = 0
    with alarms() as rung:
        for _ in range(SIGNALS):
            while len(known) < 3:
                step(words[0], targets[0])
                known.append(bits(variables))
            for name, variable in variables.items():
                variable.assign(pc.tensor(first[name]))
            count, done = len(rung), 0
            try:
                signal.setitimer(signal.ITIMER_REAL, draw.uniform(1e-6, 1.5e-3))
                for _ in range(2):
                    step(words[0], targets[0])
                    done += 1
                signal.setitimer(signal.ITIMER_REAL, 0)
            except RungError:
                raised += 1
                assert bits(variables) in known[done : done + 2]
            else:
                assert len(rung) == count, "an exception was lost"
                assert bits(variables) == known[2]
    assert raised
