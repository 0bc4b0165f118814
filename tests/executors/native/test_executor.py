"""The native executor as a whole: training steps, failures, memory, and what once went wrong."""

import gc
import weakref

import numpy as np
import pytest
from executors.native.examples import procedure, same
from executors.native.programs import small_chunks

import pellucid as pc
from pellucid import nn, optim
from pellucid.captured import capture_call
from pellucid.errors import GraphError, PositionError
from pellucid.executors.native.executor import Native
from pellucid.executors.reference import Reference
from pellucid.functional import cross_entropy
from pellucid.primitives import Elementwise, Primitive
from pellucid.primitives.base import FLOATS
from pellucid.structure import flatten

# ---- training ----------------------------------------------------------------------------

STEPS, BATCH, FEATURES, HIDDEN, CLASSES = 200, 20, 30, 16, 10
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
OPTIMIZERS = {
    "sgd": lambda parameters: optim.SGD(parameters, 0.3),
    "momentum": lambda parameters: optim.Momentum(parameters, 0.1),
    "adam": lambda parameters: optim.Adam(parameters, 0.01),
}


def captured_step(dtype, optimizer, norm):
    """A training step with its variables, and batches for it."""
    rng = pc.Generator(seed=1)
    # Batch norm takes a bias away again: its gradient would be noise, which Adam enlarges.
    layers = [nn.Linear(FEATURES, HIDDEN, rng=rng, dtype=dtype, bias=not norm)]
    layers += [nn.BatchNorm(HIDDEN, dtype=dtype)] if norm else []
    layers += [nn.Tanh(), nn.Linear(HIDDEN, CLASSES, rng=rng, dtype=dtype)]
    model = nn.Sequential(*layers)
    rule = OPTIMIZERS[optimizer](model.parameters())

    def step(x, t):
        loss = cross_entropy(model(x), t)
        rule.minimize(loss)
        return loss

    draw = np.random.default_rng(0)
    t = draw.integers(0, CLASSES, (STEPS, BATCH))
    centres = draw.normal(size=(CLASSES, FEATURES))
    x = (centres[t] + draw.normal(size=(STEPS, BATCH, FEATURES))).astype(dtype)
    leaves = []
    structure = flatten((x[0], t[0]), leaves)
    return capture_call(step, structure, leaves), x, t


def apart(a, b):
    """The largest difference of two arrays, relative to their largest element."""
    return np.max(np.abs(a.astype(float) - b), initial=0.0) / max(np.max(np.abs(b), initial=0), 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("norm", [False, True], ids=["dense", "batch norm"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_step_of_a_training_run_is_that_of_the_reference(dtype, optimizer, norm):
    captured, x, t = captured_step(dtype, optimizer, norm)
    native, reference = Native(captured.procedure), Reference(captured.procedure)
    state = [np.array(variable.present()) for variable in captured.variables]
    losses = []
    for i in range(STEPS):
        expected = [a.copy() for a in state]
        (wanted,) = reference([x[i], t[i]], expected)
        (found,) = native([x[i], t[i]], state)
        assert apart(found, wanted) < TOLERANCE[dtype], i
        assert all(apart(a, b) < TOLERANCE[dtype] for a, b in zip(state, expected, strict=True))
        losses.append(float(found))
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:3])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_loop_of_steps_gives_the_bits_of_single_steps(optimizer):
    captured, x, t = captured_step(np.float32, optimizer, True)
    native = Native(captured.procedure)
    state = [np.array(variable.present()) for variable in captured.variables]
    looped = [a.copy() for a in state]
    losses = [native([x[i], t[i]], state)[0] for i in range(50)]
    (found,), failure = native.loop([x[:50], t[:50]], looped)
    assert failure is None
    assert found.tobytes() == np.array(losses).tobytes()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(state, looped, strict=True))


# ---- memory ------------------------------------------------------------------------------

COUNTER = ("graph(x: float32[3], w: float32[3])\n %0: float32[3] = add() of (w, x)\n return w, %0",)


def test_results_stay_as_they_were_when_the_program_runs_again():
    ready = Native(procedure(*COUNTER, {"w": "%0"}))
    state = [np.zeros(3, np.float32)]
    first = ready([np.ones(3, np.float32)], state)
    second = ready([np.ones(3, np.float32)], state)
    assert [float(a[0]) for a in (*first, *second)] == [0.0, 1.0, 1.0, 2.0]
    assert state[0].tolist() == [2.0] * 3


def test_arguments_with_gaps_are_read_as_they_are():
    ready = Native(
        procedure("""graph(x: float32[3,2])
      %0: float32[3,2] = exp() of (x)
      return %0""")
    )
    x = np.arange(12, dtype=np.float32).reshape(2, 6).T[::2] / 9
    np.testing.assert_allclose(ready([x], [])[0], np.exp(x), rtol=1e-6)


def test_arguments_that_may_not_be_written_are_fine():
    ready = Native(procedure(*COUNTER, {"w": "%0"}))
    x = np.ones(3, np.float32)
    x.flags.writeable = False
    before, added = ready([x], [np.full(3, 2.0, np.float32)])
    assert (before.tolist(), added.tolist(), x.tolist()) == ([2.0] * 3, [3.0] * 3, [1.0] * 3)


def test_a_program_that_nobody_holds_is_freed():
    ready = Native(procedure(*COUNTER, {"w": "%0"}))
    gone = weakref.ref(ready)
    del ready
    gc.collect()
    assert gone() is None


def test_denormal_numbers_are_kept_outside_of_programs():
    ready = Native(procedure(*COUNTER, {"w": "%0"}))
    tiny = np.full(3, 1e-40, np.float32)
    _, flushed = ready([tiny], [np.zeros(3, np.float32)])
    assert flushed[0] in (0.0, tiny[0])
    assert (tiny * np.float32(0.5))[0] != 0


@pytest.mark.parametrize("count", [1, 9, 17, 33])
@pytest.mark.parametrize("to", ["int32", "uint8", "bool", "uint32"])
def test_narrowed_integers_do_not_overwrite_their_neighbours(count, to):
    ready = Native(
        procedure(f"""graph(x: int64[{count}])
      %0: {to}[{count}] = cast(to={to}) of (x)
      return %0""")
    )
    x = np.arange(count) - 3
    size = np.dtype(to).itemsize
    memory = np.full((count + 16) * size, 0x55, np.uint8)
    result = memory[: count * size].view(to)
    ready._run([x], [], [result], 1)
    np.testing.assert_array_equal(result, x.astype(to))
    assert (memory[count * size :] == 0x55).all()


# ---- failures ----------------------------------------------------------------------------


class Failing(Primitive):
    """Raises what the test asks for."""

    accepts = FLOATS
    fault: BaseException | None = None

    def shape(self, *shapes):
        return shapes[0]

    def forward(self, xp, x):
        if Failing.fault is not None:
            raise Failing.fault
        return xp.sort(x)


def failing():
    return pc.compile(lambda x: (pc.apply(Failing(), x * 2.0) + 1.0).sum())


@pytest.mark.parametrize("fault", [ValueError("here"), KeyboardInterrupt()])
def test_what_a_rule_raises_is_raised_by_the_call_and_the_next_call_works(fault, monkeypatch):
    program, x = failing(), np.ones(4, np.float32)
    monkeypatch.setattr(Failing, "fault", fault)
    for _ in range(3):
        with pytest.raises(type(fault)) as raised:
            program(x)
        assert raised.value is fault
    monkeypatch.setattr(Failing, "fault", None)
    assert program(x).item() == 12.0


class Calling(Primitive):
    """Calls what the test asks for."""

    accepts = FLOATS
    called = None

    def shape(self, *shapes):
        return shapes[0]

    def forward(self, xp, x):
        return Calling.called(x).numpy()


@pytest.mark.parametrize("count", [1, 3])
def test_a_rule_that_calls_the_program_that_runs_it_is_refused(count, monkeypatch):
    @pc.compile
    def program(x):
        return pc.apply(Calling(), x @ x)

    x = np.eye(64, dtype=np.float32)
    monkeypatch.setattr(Calling, "called", program)
    pc.set_threads(count)
    with small_chunks(), pytest.raises(GraphError, match="called by a primitive that it runs"):
        program(x)
    monkeypatch.setattr(Calling, "called", pc.compile(lambda x: x * 2.0))
    np.testing.assert_array_equal(program(x).numpy(), 2 * x)


def test_a_rule_may_raise_on_any_thread(monkeypatch):
    def many(x):
        y = x
        for _ in range(6):
            y = pc.apply(Failing(), (y @ x).tanh())
        return y

    with small_chunks():
        program, x = pc.compile(many), np.ones((64, 64), np.float32)
        pc.set_threads(3)
        assert np.isfinite(program(x).numpy()).all()
        monkeypatch.setattr(Failing, "fault", OSError("there"))
        with pytest.raises(OSError, match="there"):
            program(x)


@pytest.mark.parametrize("position", [3, -4, 2**40, -(2**62)])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_position_outside_its_axis_is_refused(position, axis):
    shape = "[2,3]" if axis == 0 else "[3,2]"
    ready = Native(
        procedure(f"""graph(x: float32[3,3], i: int64[2])
      %0: float32{shape} = take(axis={axis}) of (x, i)
      return %0""")
    )
    x = np.arange(9, dtype=np.float32).reshape(3, 3)
    with pytest.raises(PositionError, match="take"):
        ready([x, np.array([0, position])], [])
    np.testing.assert_array_equal(ready([x, np.array([0, -1])], [])[0], x.take([0, 2], axis))


def test_a_position_outside_a_scatter_is_refused():
    ready = Native(
        procedure("""graph(x: float32[2], i: int64[2])
      %0: float32[3] = scatter_add(axis=0, size=3) of (x, i)
      return %0""")
    )
    with pytest.raises(PositionError, match="scatter_add"):
        ready([np.ones(2, np.float32), np.array([0, 3])], [])


# ---- users' primitives ---------------------------------------------------------------------


class Cubed(Elementwise):
    """Its rule can be run on lanes."""

    accepts = FLOATS

    def forward(self, xp, x):
        return x * x * x


class Arctan(Elementwise):
    """Its rule asks for a function that lanes do not have."""

    accepts = FLOATS

    def forward(self, xp, x):
        return xp.atan(x)


class Outside(Elementwise):
    """Its rule leaves the namespace."""

    accepts = FLOATS

    def forward(self, xp, a, b):
        return np.hypot(a, b)


def test_users_elementwise_primitives_run_natively_or_through_their_rule():
    def everything(x, y):
        return pc.apply(Outside(), pc.apply(Arctan(), pc.apply(Cubed(), x) + 1.0), y).sum(axis=0)

    x, y = np.linspace(-2, 2, 21, dtype=np.float32).reshape(7, 3), np.ones(3, np.float32)
    expected = np.hypot(np.arctan(x**3 + 1), y).sum(axis=0)
    np.testing.assert_allclose(pc.compile(everything)(x, y).numpy(), expected, rtol=1e-5)


def test_a_users_primitive_that_changed_is_not_taken_from_the_cache():
    def changed(factor):
        class Scaled(Elementwise):
            accepts = FLOATS

            def forward(self, xp, x):
                return x * factor

        return pc.compile(lambda x: pc.apply(Scaled(), x))

    x = np.ones(3, np.float32)
    assert changed(2.0)(x).numpy().tolist() == [2.0] * 3
    assert changed(3.0)(x).numpy().tolist() == [3.0] * 3


# ---- what once went wrong ------------------------------------------------------------------

ONCE_WRONG = {
    "a sum over nothing": """graph(x: float32[4,0])
      %0: float32[4,1] = sum(axis=(1,)) of (x)
      return %0""",
    "an empty batch of products": """graph(x: float32[0,9,1], y: float32[0,1,0])
      %0: float32[0,9,0] = matmul() of (x, y)
      return %0, %0""",
    "products without columns": """graph(x: float64[16,2,3], y: float64[16,3,0])
      %0: float64[16,2,0] = matmul() of (x, y)
      return %0""",
    "products over nothing": """graph(x: float32[5,0], y: float32[0,7])
      %0: float32[5,7] = matmul() of (x, y)
      return %0""",
    "a store beside a reduction, along an axis with gaps": """graph(x: float32[33,16])
      %0: float32[16,33] = permute_dims(axes=(1, 0)) of (x)
      %1: float32[1,1] = max(axis=(0, 1)) of (%0)
      %2: float32[16,33] = sin() of (%0)
      return %1, %2""",
    "a reduction that keeps no axis": """graph(x: float32[3,1,2])
      %0: float32[3,1,2] = sum(axis=()) of (x)
      %1: float32[3,1,2] = max(axis=(1,)) of (%0)
      return %1""",
}


@pytest.mark.parametrize("name", ONCE_WRONG)
@pytest.mark.parametrize("fine", [False, True], ids=["", "shared finely"])
def test_programs_that_once_went_wrong_agree_with_the_reference(name, fine):
    if fine:
        with small_chunks():
            assert same(procedure(ONCE_WRONG[name])) is None
    else:
        assert same(procedure(ONCE_WRONG[name])) is None


def test_a_program_that_nobody_holds_is_gone_at_once():
    program = Native(procedure("graph(x: float32[3])\n %0: float32[3] = exp() of (x)\n return %0"))
    program([np.zeros(3, np.float32)], [])
    seen = weakref.ref(program)
    gc.disable()
    try:
        del program
        assert seen() is None
    finally:
        gc.enable()
