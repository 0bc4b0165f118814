"""What all optimizers share: order, penalties, decay, state, learning rate, errors."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim
from pellucid.errors import CallError, GradientError, OptionError, StateError
from pellucid.executors import EXECUTORS

# Parameters here are no network: none is a hidden matrix.
pytestmark = pytest.mark.filterwarnings("ignore:Muon")
# LBFGS takes no penalties but l2, no clipping, and steps of its own length: see its tests.
ALL = [kind for kind in optim.OPTIMIZERS.values() if kind is not optim.LBFGS]


def one(value=2.0, **options):
    """A single weight of shape (1, 1), so that it is penalized, and SGD with rate 0.1."""
    w = pc.Parameter([[value]])
    return w, optim.SGD({"w": w}, 0.1, **options)


def loss_of(w):
    return (w * 3.0).sum()


def after(optimizer, w, steps=1):
    for _ in range(steps):
        optimizer.minimize(loss_of(w))
    return w.value.item()


def test_plain_descent_subtracts_the_gradient_times_the_rate():
    w, optimizer = one()
    assert after(optimizer, w) == pytest.approx(2.0 - 0.1 * 3.0)


def test_l2_adds_the_weight_to_the_gradient():
    w, optimizer = one(l2=0.5)
    assert after(optimizer, w) == pytest.approx(2.0 - 0.1 * (3.0 + 0.5 * 2.0))


def test_l1_adds_the_sign_to_the_gradient():
    w, optimizer = one(-2.0, l1=0.5)
    assert after(optimizer, w) == pytest.approx(-2.0 - 0.1 * (3.0 - 0.5))


def test_decay_shrinks_the_weight_apart_from_the_gradient():
    w, optimizer = one(weight_decay=0.5)
    assert after(optimizer, w) == pytest.approx(2.0 * (1.0 - 0.1 * 0.5) - 0.1 * 3.0)


def test_decay_asked_for_twice_adds_up():
    w, optimizer = one(weight_decay=0.5, rules=optim.Penalty(weight_decay=0.25, to=optim.every))
    assert after(optimizer, w) == pytest.approx(2.0 * (1.0 - 0.1 * 0.75) - 0.1 * 3.0)


def test_l2_and_decay_agree_for_plain_descent_and_differ_for_adam():
    weights = {}
    for make in (optim.SGD, optim.Adam):
        for option in ("l2", "weight_decay"):
            w = pc.Parameter([[2.0, -1.0]])
            after = make({"w": w}, 0.1, **{option: 0.5})
            for _ in range(3):
                after.minimize((w * pc.tensor([[3.0, 0.01]])).sum())
            weights[make, option] = w.value.numpy()
    np.testing.assert_allclose(
        weights[optim.SGD, "l2"], weights[optim.SGD, "weight_decay"], rtol=1e-6
    )
    difference = weights[optim.Adam, "l2"] - weights[optim.Adam, "weight_decay"]
    assert np.abs(difference).min() > 0.01


def test_clipping_comes_before_the_penalties():
    w, optimizer = one(l2=0.5, clip=optim.ByValue(1.0))
    assert after(optimizer, w) == pytest.approx(2.0 - 0.1 * (1.0 + 0.5 * 2.0))


def test_biases_are_neither_penalized_nor_decayed_unless_asked_for():
    options = {"l1": 1.0, "l2": 2.0, "weight_decay": 3.0}
    asked = {"rules": optim.Penalty(**options, to=lambda path, w: path == "b")}
    for given, expected in ((options, 1.7), (asked, 0.6)):
        b = pc.Parameter([2.0])
        optim.SGD({"b": b}, 0.1, **given).minimize((b * 3.0).sum())
        assert b.value.item() == pytest.approx(expected)


def test_whom_a_penalty_is_for_is_said_in_one_place():
    with pytest.raises(CallError, match="no option 'penalize', a word of earlier releases"):
        optim.SGD({"w": pc.Parameter([[2.0]])}, 0.1, l2=1.0, penalize=optim.every)
    with pytest.raises(CallError, match="Penalty: to is missing"):
        optim.Penalty(l2=1.0)


def test_adamw_decays_by_default_and_adam_does_not():
    decay = {}
    for make in (optim.Adam, optim.AdamW):
        w = pc.Parameter([[2.0]])
        make({"w": w}, 0.1).apply({"w": pc.zeros((1, 1))})
        decay[make] = w.value.item()
    assert decay[optim.Adam] == 2.0
    assert decay[optim.AdamW] == pytest.approx(2.0 * (1.0 - 0.1 * 0.01))


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("make", ALL)
def test_a_compiled_update_is_the_eager_one(make, executor):
    found = []
    for run in (lambda f: f, pc.compile(executor=executor)):
        w = pc.Parameter(np.linspace(-1.0, 1.0, 6).reshape(2, 3))
        options = {"l1": 0.01, "l2": 0.1, "weight_decay": 0.2, "clip": optim.ByGlobalNorm(0.5)}
        optimizer = make({"w": w}, optim.WarmUp(3, optim.CosineDecay(0.1, 10)), **options)

        def step(x, w=w, optimizer=optimizer):
            optimizer.minimize(((w * x) ** 2.0).sum())

        step = run(step)
        for i in range(6):
            step(pc.tensor([1.0 + i, 2.0, 3.0], dtype="float64"))
        found.append((w.value.numpy(), optimizer.state_dict()))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-12)
    assert list(found[0][1]) == list(found[1][1])


@pytest.mark.parametrize("make", ALL)
def test_shape_and_dtype_of_a_parameter_stay(make):
    for dtype in ("float32", "float64"):
        w = pc.Parameter(np.ones((2, 3), dtype))
        optimizer = make({"w": w}, l2=0.1, weight_decay=0.1)
        optimizer.minimize((w * w).sum())
        assert (w.shape, w.dtype) == ((2, 3), np.dtype(dtype))
        assert {slot.dtype for slot in optimizer.slots["w"].values()} <= {np.dtype(dtype)}


@pytest.mark.parametrize("make", ALL)
def test_resuming_from_a_state_gives_the_same_bits(make):
    def steps(w, optimizer, count):
        for _ in range(count):
            optimizer.minimize((w * w * w).sum())

    w = pc.Parameter([[0.5, -0.25]])
    optimizer = make({"w": w}, 0.01)
    steps(w, optimizer, 3)
    state, weights = optimizer.state_dict(), w.value.numpy().copy()
    steps(w, optimizer, 4)
    other = pc.Parameter(weights)
    resumed = make({"w": other}, 0.5)
    resumed.load_state_dict(state)
    steps(other, resumed, 4)
    assert other.value.numpy().tobytes() == w.value.numpy().tobytes()
    assert resumed.learning_rate.value.item() == pytest.approx(0.01)


def test_state_is_named_after_parameter_and_slot():
    w = pc.Parameter([[1.0]])
    optimizer = optim.Adam({"hidden.weight": w})
    names = ["steps", "learning_rate", "hidden.weight:m", "hidden.weight:v"]
    assert list(optimizer.state_dict()) == names
    assert optimizer.state_dict()["steps"].dtype == np.int32
    assert [slot.name for slot in optimizer.slots["hidden.weight"].values()] == names[2:]


def test_a_state_that_does_not_fit_is_refused_whole():
    optimizer = optim.Momentum({"w": pc.Parameter([[1.0]])})
    state = optimizer.state_dict() | {"steps": np.int64(3), "u": np.zeros(2)}
    del state["w:v"]
    with pytest.raises(StateError, match=r"missing: w:v\n  unexpected: u\n  dtype of steps: int64"):
        optimizer.load_state_dict(state)
    assert optimizer.steps.value.item() == 0


def test_the_learning_rate_can_be_assigned_under_a_compiled_step():
    w, optimizer = one()
    step = pc.compile(lambda: optimizer.minimize(loss_of(w)))
    step()
    optimizer.learning_rate.assign(0.01)
    step()
    assert w.value.item() == pytest.approx(2.0 - 0.1 * 3.0 - 0.01 * 3.0)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("rate", [0.01, np.float32(0.01), pc.tensor(0.01)])
def test_so_can_the_attribute(executor, rate):
    w, optimizer = one()
    step = pc.compile(lambda: optimizer.minimize(loss_of(w)), executor=executor)
    step()
    optimizer.learning_rate = rate
    step()
    assert w.value.item() == pytest.approx(2.0 - 0.1 * 3.0 - 0.01 * 3.0)
    assert isinstance(optimizer.learning_rate, pc.Variable)
    with pytest.raises(OptionError, match=r"SGD: learning_rate -1\.0\. It must be 0 or more"):
        optimizer.learning_rate = -1.0


def options_of(kind):
    names = [f.name for f in fields(kind) if f.name not in ("parameters", "learning_rate")]
    return [(kind, name) for name in ("parameters", "steps", "slots", *names)]


@pytest.mark.parametrize(("kind", "name"), [pair for kind in ALL for pair in options_of(kind)])
def test_other_options_refuse_to_change_as_compiled_steps_would_not_follow(kind, name):
    optimizer = kind({"w": pc.Parameter([[2.0]])}, 0.1)
    before = getattr(optimizer, name)
    with pytest.raises(OptionError, match=f"{kind.__name__}: {name} is set to 0.5 after it was"):
        setattr(optimizer, name, 0.5)
    assert getattr(optimizer, name) is before


def test_schedules_and_rules_refuse_to_change_too():
    w = pc.Parameter([[2.0]])
    schedule, rule, clip = optim.StepDecay(0.1, every=2), optim.MaxNorm(1.0), optim.ByNorm(1.0)
    optimizer = optim.SGD({"w": w}, schedule, rules=[rule], clip=clip)
    for owner, name in ((schedule, "every"), (rule, "limit"), (clip, "limit")):
        with pytest.raises(FrozenInstanceError):
            setattr(owner, name, 3.0)
    with pytest.raises(AttributeError):
        optimizer.rules.append(rule)
    with pytest.raises(OptionError, match=r"SGD: learning_rate is set to 0\.5 after it was"):
        optimizer.learning_rate = 0.5
    with pytest.raises(OptionError, match="SGD: a StepDecay in the place of a learning rate that"):
        optim.SGD({"w": w}, 0.1).learning_rate = schedule


class Falling(optim.Schedule):
    """A schedule of the user's own, which can be changed."""

    def __init__(self, rate):
        self.start = rate

    def rate(self, step):
        return step * 0.0 + self.start


def test_a_changed_schedule_of_ones_own_reaches_compiled_steps():
    w, schedule = pc.Parameter([[2.0]]), Falling(0.1)
    optimizer = optim.SGD({"w": w}, schedule)
    step = pc.compile(lambda: optimizer.minimize(loss_of(w)))
    step()
    schedule.start = 0.01
    step()
    assert w.value.item() == pytest.approx(2.0 - 0.1 * 3.0 - 0.01 * 3.0)


def test_a_schedule_gives_its_first_rate_to_the_first_update():
    w, optimizer = one()
    optimizer = optim.SGD({"w": w}, optim.StepDecay(0.1, every=2, factor=0.5))
    assert after(optimizer, w, steps=3) == pytest.approx(2.0 - 3.0 * (0.1 + 0.1 + 0.05))


def test_a_parameter_that_the_loss_does_not_use_stays():
    w, unused = pc.Parameter([[1.0]]), pc.Parameter([[1.0]])
    optimizer = optim.Adam({"w": w, "unused": unused}, 0.1, l2=0.1)
    optimizer.minimize(loss_of(w))
    assert unused.value.item() == 1.0
    assert w.value.item() != 1.0


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("make", ALL)
def test_where_no_gradient_ever_came_a_parameter_stays(make, executor):
    w, other = pc.Parameter([[1.0, -2.0]]), pc.Parameter([3.0])
    optimizer = make({"w": w, "other": other}, weight_decay=0.0)
    step = pc.compile(
        lambda g: optimizer.apply({"w": g, "other": g.sum()[None]}), executor=executor
    )
    for _ in range(3):
        step(pc.zeros((1, 2)))
    assert (w.value.tolist(), other.value.tolist()) == ([[1.0, -2.0]], [3.0])
    step(pc.ones((1, 2)))
    assert np.isfinite(w.value.numpy()).all()
    assert (w.value.numpy() < [[1.0, -2.0]]).all()


def test_eager_updates_keep_no_history():
    w, optimizer = one()
    for _ in range(3):
        optimizer.minimize(loss_of(w))
        assert w.origin.primitive is None


def test_an_update_sees_numbers_without_history():
    class Watching(optim.SGD):
        def update(self, w, g, state, step):
            assert w.origin is None
            assert g.origin is None
            return super().update(w, g, state, step)

    w = pc.Parameter([[1.0]])
    Watching({"w": w}, 0.1).minimize((w * w).sum())
    assert w.value.item() == pytest.approx(0.8)


def test_a_loss_from_before_the_update_is_refused():
    w, optimizer = one()
    loss = loss_of(w)
    optimizer.minimize(loss)
    with pytest.raises(GradientError, match=r"depends on none .*\. Compute it again"):
        optimizer.minimize(loss)


def test_a_loss_of_several_numbers_is_refused():
    w, optimizer = one()
    with pytest.raises(GradientError, match=r"minimize: a loss of shape \(1, 1\)"):
        optimizer.minimize(w * 2.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda w: optim.SGD([w], 0.1), "SGD: parameters list. Give a dict"),
        (lambda w: optim.SGD({}, 0.1), "SGD: parameters dict. Give a dict of at least one"),
        (lambda w: optim.SGD({"w": pc.Buffer([1.0])}, 0.1), "'w' is no trainable variable"),
        (lambda w: optim.SGD({"w": w}, -0.1), "learning_rate -0.1. It must be 0 or more"),
        (lambda w: optim.SGD({"w": w}, float("nan")), "learning_rate nan"),
        (lambda w: optim.SGD({"w": w}, 0.1, l2=-1.0), "SGD: l2 -1.0"),
        (lambda w: optim.Momentum({"w": w}, momentum=1.1), r"momentum 1.1. .* 1 included"),
        (lambda w: optim.Adam({"w": w}, beta2=1.0), r"beta2 1.0. .* 1 not included"),
        (lambda w: optim.Adam({"w": w}, eps=0.0), "Adam: eps 0.0. It must be above 0"),
        (lambda w: optim.RMSProp({"w": w}, rho=-0.1), "rho -0.1"),
        (lambda w: optim.AdaGrad({"w": w}, eps=-1.0), "AdaGrad: eps -1.0"),
        (lambda w: optim.ByNorm(0.0), "ByNorm: limit 0.0"),
        (lambda w: optim.StepDecay(0.1, every=0), "StepDecay: every 0. It must be at least 1"),
        (lambda w: optim.WarmUp(0, optim.Constant(0.1)), "WarmUp: steps 0"),
        (lambda w: optim.OneCycle(0.1, 10, rise=1.0), "OneCycle: rise 1.0 of 10 steps"),
        (lambda w: optim.Constant(-1.0), "Constant: learning_rate -1.0"),
        (lambda w: optim.SGD({"w": w}).apply({"v": w}), r"apply: gradients for \['v'\]"),
    ],
)
def test_wrong_options_are_refused(make, message):
    with pytest.raises(OptionError, match=message):
        make(pc.Parameter([[1.0]]))


@pytest.mark.parametrize("rate", [10**400, -(10**400), float("inf"), float("nan")])
def test_a_rate_that_floats_do_not_hold_is_refused(rate):
    w = pc.Parameter([1.0])
    with pytest.raises(
        OptionError, match=r"SGD: learning_rate .* It must be 0 or more, and finite"
    ):
        optim.SGD({"w": w}, rate)


def test_every_optimizer_has_a_word_of_the_command_line():
    kinds = [getattr(optim, name) for name in optim.__all__]
    made = [k for k in kinds if isinstance(k, type) and issubclass(k, optim.Optimizer)]
    assert set(optim.OPTIMIZERS.values()) == {*made} - {optim.Optimizer}
    assert list(optim.OPTIMIZERS) == [kind.__name__.lower() for kind in optim.OPTIMIZERS.values()]
