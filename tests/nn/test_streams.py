"""Layers without `rng`: their numbers depend on the model's seed and their paths alone."""

import copy
import threading
from hashlib import blake2b

import numpy as np
import pytest

import pellucid as pc
from pellucid import augment, functional, models, nn, optim
from pellucid.capacity import sizing
from pellucid.errors import GraphError, OptionError, ShapeError
from pellucid.executors import threads
from pellucid.random import DROPOUT

X = np.linspace(-1.0, 1.0, 12, dtype=np.float32).reshape(3, 4)
SEQUENCE = np.sin(np.arange(40, dtype=np.float32)).reshape(2, 5, 4)
IMAGE = np.ones((2, 4, 8, 8), np.float32)

LAYERS = {
    "Linear": (lambda: nn.Linear(4, 3), X),
    "Linear he": (lambda: nn.Linear(4, 3, initializer=nn.init.HeUniform()), X),
    "Conv1d": (lambda: nn.Conv1d(5, 3, 2), SEQUENCE),
    "Conv2d": (lambda: nn.Conv2d(4, 3, 2), IMAGE),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(4, 3, 2), IMAGE),
    "RNN": (lambda: nn.LastState(nn.RNN(4, 3)), SEQUENCE),
    "LSTM": (lambda: nn.LastState(nn.LSTM(4, 3, layers=2, bidirectional=True)), SEQUENCE),
    "GRU": (lambda: nn.LastState(nn.GRU(4, 3)), SEQUENCE),
    "Embedding": (lambda: nn.Embedding(7, 3), np.array([[1, 6]])),
    "MultiHeadAttention": (lambda: nn.MultiHeadAttention(4, 2, dropout=0.1), SEQUENCE),
    "TransformerBlock": (lambda: nn.TransformerBlock(4, 2, dropout=0.1), SEQUENCE),
    "Dropout": (lambda: nn.Dropout(0.5), IMAGE),
    "BookDropout": (lambda: nn.BookDropout(0.5), IMAGE),
    "Dropout2d": (lambda: nn.Dropout2d(0.5), IMAGE),
    "augment.digits": (augment.digits, IMAGE[:, :1] * np.linspace(0, 1, 8, dtype=np.float32)),
    "augment.photos": (augment.photos, IMAGE[:, :3] * np.linspace(0, 1, 8, dtype=np.float32)),
    "GaussianNoise": (augment.GaussianNoise, X),
    "MLP": (lambda: models.MLP(4, 3, models.MLPOptions(hidden=(5,), dropout=0.2)), X),
    "TwoLayerNet": (lambda: models.TwoLayerNet(4, 3), X),
    "LLayer": (lambda: models.LLayer(4, 3), X),
    "SimpleConvNet": (lambda: models.SimpleConvNet((1, 16, 16), 3), np.ones((2, 256), np.float32)),
    "ResNet": (lambda: models.ResNet((1, 8, 8), 3), np.ones((2, 64), np.float32)),
    "CharTransformer": (lambda: models.CharTransformer(9, 4), np.array([[1, 2, 3, 4]])),
}


def net(seed=None):
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 4), nn.Dropout(0.5))
    return model if seed is None else model.seeded(seed)


def bits(model):
    return {path: array.tolist() for path, array in model.state_dict().items()}


def numbers(seed, path, shape):
    """What the documents promise, by the hash and the generator alone."""
    digest = blake2b(path.encode(), key=seed.to_bytes(8, "little"), digest_size=8).digest()
    rng = pc.Generator(int.from_bytes(digest, "little"))
    return rng.uniform(-0.5, 0.5, shape).tolist()  # 0.5 = 1 / sqrt(4 features)


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_and_model_works_without_a_generator(kind):
    make, x = LAYERS[kind]
    first, again, other = make(), make(), make().seeded(1)
    y = first(x).numpy()
    assert y.tolist() == again(x).numpy().tolist()
    assert (y != other(x).numpy()).any()


# ---- by seed and path ----------------------------------------------------------------------


def test_starting_values_are_those_of_seed_and_path():
    assert net()[2].weight.tolist() == numbers(0, "2.weight", (4, 4))
    assert net(7)[2].weight.tolist() == numbers(7, "2.weight", (4, 4))
    assert nn.Linear(4, 2).weight.tolist() == numbers(0, "weight", (4, 2))


def test_layers_of_one_model_differ_and_models_of_one_form_are_equal():
    model = net()
    assert (model[0].weight.numpy() != model[2].weight.numpy()).any()
    assert bits(model) == bits(net())
    x = np.ones((50, 4), np.float32)
    masks = [layer(x).numpy() for layer in (model[1], model[3])]
    assert (masks[0] != masks[1]).any()


def test_nothing_depends_on_the_order_of_construction():
    last, first = nn.Linear(4, 4), nn.Linear(4, 4)
    nn.Linear(4, 4).weight.numpy()
    model = nn.Sequential(first, nn.Dropout(0.5), last, nn.Dropout(0.5))
    assert bits(model) == bits(net())


def test_the_path_is_that_in_the_outermost_model():
    class Outer(nn.Module):
        def __init__(self):
            self.inner = nn.Sequential(nn.Linear(4, 4))
            self.several = [nn.Linear(4, 4), nn.Linear(4, 4)]

    whole = nn.Sequential(Outer())
    assert whole[0].inner[0].weight.tolist() == numbers(0, "0.inner.0.weight", (4, 4))
    assert whole[0].several[1].weight.tolist() == numbers(0, "0.several.1.weight", (4, 4))


def test_a_part_is_a_look_and_two_models_joined_are_one():
    model = net()
    part = model[2:]
    assert part[0] is model[2]
    assert part[0].weight.tolist() == numbers(0, "2.weight", (4, 4))
    joined = nn.Sequential(*net(), *net())
    assert joined[6].weight.tolist() == numbers(0, "6.weight", (4, 4))


def test_what_was_seen_stays_in_another_model():
    layer = nn.Linear(4, 4)
    y = layer(X).tolist()
    assert nn.Sequential(nn.ReLU(), layer)[1](X).tolist() == y


def test_a_layer_in_two_places_is_one():
    layer = nn.Linear(4, 4)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    assert list(model.state_dict()) == ["0.weight", "0.bias"]
    assert model[0].weight is model[2].weight


def test_two_generators_of_a_layer_differ():
    class Noise(nn.Module):
        def __init__(self):
            self.one, self.two = self.stream(DROPOUT), self.stream(DROPOUT)

        def forward(self, x):
            return self.one.fraction(x.shape) - self.two.fraction(x.shape)

    assert Noise()(X).numpy().all()


def test_a_parameter_of_a_users_layer_starts_by_a_rule():
    class Scale(nn.Module):
        def __init__(self, rng=None):
            self.factor = nn.init.Uniform(0.5).parameter((4,), rng)

        def forward(self, x):
            return x * self.factor

    assert nn.Sequential(Scale())[0].factor.tolist() == numbers(0, "0.factor", (4,))
    given = nn.init.Uniform(0.5)((4,), pc.Generator(3))
    assert Scale(pc.Generator(3)).factor.tolist() == given.tolist()
    assert nn.init.Zeros().parameter((2,)).tolist() == [0.0, 0.0]


# ---- seeded --------------------------------------------------------------------------------


def test_seeded_begins_again_and_gives_the_same_bits():
    model = net(7)
    assert model.seeded(7) is model
    first = model(X).tolist(), model(X).tolist()
    assert first[0] != first[1]
    model.seeded(8)
    assert model(X).tolist() != first[0]
    model.seeded(7)
    assert (model(X).tolist(), model(X).tolist()) == first


def test_seeded_keeps_what_was_changed():
    model = net()
    model[0].weight.assign(pc.ones((4, 4)))
    model.seeded(3)
    assert model[0].weight.tolist() == [[1.0] * 4] * 4
    assert model[2].weight.tolist() == numbers(3, "2.weight", (4, 4))


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_seeded_keeps_all_values_of_a_model_that_was_trained(executor):
    model = net()
    optimizer = optim.SGD(model[2:].parameters(), learning_rate=0.1)

    @pc.compile(executor=executor)
    def step(x):
        optimizer.minimize((model(x) ** 2.0).mean())

    step(X)
    before = model[0].weight.tolist()
    assert model.seeded(5)[0].weight.tolist() == before


def test_a_part_that_was_told_a_seed_keeps_it():
    inner = nn.Sequential(nn.Linear(4, 4)).seeded(9)
    outer = nn.Sequential(inner, nn.Linear(4, 4))
    assert outer[0][0].weight.tolist() == numbers(9, "0.weight", (4, 4))
    assert outer[1].weight.tolist() == numbers(0, "1.weight", (4, 4))
    assert outer.seeded(2)[0][0].weight.tolist() == numbers(2, "0.0.weight", (4, 4))


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(OptionError, match=rf"Linear\.seeded: seed {seed}\. A seed lies between"):
        nn.Linear(2, 2).seeded(seed)


def test_a_seed_that_is_no_number_is_refused():
    with pytest.raises(OptionError, match=r"Linear\.seeded: seed is '7', a str\. It is a whole"):
        nn.Linear(2, 2).seeded("7")


def test_a_generator_that_is_given_decides_alone():
    rng = pc.Generator(seed=4)
    expected = nn.init.Uniform(0.5)((4, 4), pc.Generator(seed=4)).tolist()
    layer = nn.Linear(4, 4, rng=rng)
    assert nn.Sequential(nn.ReLU(), layer).seeded(3)[1].weight.tolist() == expected


# ---- in programs ---------------------------------------------------------------------------


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_every_executor_draws_the_same_and_another_mask_at_each_step(executor):
    eager, model = net(3), net(3)
    run = pc.compile(model, executor=executor)
    drawn = [run(X).numpy() for _ in range(3)]
    for y in drawn:
        np.testing.assert_allclose(y, eager(X).numpy(), rtol=1e-5, atol=1e-6)
    assert ((drawn[0] == 0.0) != (drawn[1] == 0.0)).any()
    model.seeded(3)
    assert run(X).tolist() == drawn[0].tolist()
    model.seeded(4)  # captured again: the key stands in the program
    assert run(X).tolist() != drawn[0].tolist()


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_model_may_be_drawn_while_a_function_is_captured(executor):
    model = net()
    inside = pc.compile(lambda x: x @ model[0].weight.held(), executor=executor)
    expected = X @ np.array(numbers(0, "0.weight", (4, 4)), np.float32)
    np.testing.assert_allclose(inside(X).numpy(), expected, rtol=1e-5, atol=1e-6)
    assert not [name for name in str(inside.graph(X)).split() if "random" in name]


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
def test_in_a_loop_over_time_each_step_has_its_mask(executor):
    drop = nn.Dropout(0.5)

    def masks(x):
        return pc.scan(lambda state, row: (state, drop(row)), pc.zeros(()), x)[1]

    run = masks if executor == "eager" else pc.compile(masks, executor=executor)
    x = np.ones((4, 64), np.float32)
    found = run(x).numpy()
    assert len({row.tobytes() for row in found}) == 4
    expected = nn.Dropout(0.5)
    assert found.tolist() == [expected(row).tolist() for row in x]


def test_bits_do_not_depend_on_the_number_of_threads(monkeypatch):
    x = np.ones((64, 4), np.float32)

    def trained(count):
        monkeypatch.setattr(threads._Choice, "count", count)
        model = net(1)
        optimizer = optim.Adam(model.parameters(), learning_rate=0.01)

        @pc.compile
        def step(x):
            optimizer.minimize(functional.mean_squared_error(model(x), x))

        for _ in range(3):
            step(x)
        return bits(model)

    assert trained(1) == trained(2)


def test_threads_that_ask_at_once_see_one_array():
    layer, seen = nn.Linear(300, 300), []
    barrier = threading.Barrier(4)

    def look():
        barrier.wait()
        seen.append(layer.weight.numpy())

    looking = [threading.Thread(target=look) for _ in range(4)]
    for thread in looking:
        thread.start()
    for thread in looking:
        thread.join()
    assert len({array.ctypes.data for array in seen}) == 1


@pytest.mark.parametrize("run", [lambda module: module, pc.compile], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    "make", [lambda: nn.Dropout(0.5), lambda: nn.Linear(4, 4)], ids=["Dropout", "Linear"]
)
def test_a_layer_that_is_made_at_every_call_is_refused(run, make):
    class Anew(nn.Module):
        def forward(self, x):
            return make()(x)

    with pytest.raises(GraphError, match=r"of a layer without rng, made while .* __init__ as"):
        run(Anew())(X)
    nn.Linear(4, 4)  # what comes later is not inside


# ---- what is not drawn yet -----------------------------------------------------------------


def test_a_parameter_has_shape_and_dtype_before_it_is_drawn_and_takes_a_state():
    layer = nn.Linear(4, 2, dtype="float64")
    assert (layer.weight.shape, layer.weight.dtype) == ((4, 2), np.float64)
    assert layer.weight.start.first is None
    state = {"weight": np.ones((4, 2)), "bias": np.zeros(2)}
    layer.load_state_dict(state)
    assert layer.weight.start.first is None
    assert layer.weight.tolist() == [[1.0, 1.0]] * 4
    with pytest.raises(ShapeError, match=r"assign: shape \(2, 2\) to variable 'weight' of shape"):
        nn.Linear(4, 2).weight.assign(pc.ones((2, 2)))


def test_a_copy_is_the_same_and_a_model_of_its_own():
    model = net(5)
    model(X)
    twin = copy.deepcopy(model)
    assert bits(twin) == bits(model)
    assert twin(X).tolist() == model(X).tolist()
    assert bits(twin.seeded(6)) == bits(net(6))
    assert bits(model) == bits(net(5)) | {"1.draws": 2, "3.draws": 2}


def test_a_copy_of_what_is_not_drawn_yet_is_not_drawn_either():
    model = net()
    one, two = (copy.deepcopy(model).seeded(seed) for seed in (0, 1))
    assert model[0].weight.start.first is None
    assert (bits(one), bits(two)) == (bits(net(0)), bits(net(1)))
    assert bits(copy.deepcopy(model)[2:]) == bits(net()[2:])


def test_a_copy_of_what_was_changed_keeps_it():
    model = net()
    model[0].weight.assign(pc.ones((4, 4)))
    assert copy.deepcopy(model).seeded(1)[0].weight.tolist() == [[1.0] * 4] * 4


def test_a_model_that_is_only_counted_draws_nothing():
    with sizing("a model", 1, "Take less.") as sizes:
        model = nn.Linear(1000, 1000)
    assert sizes.bytes == 4 * (1000 * 1000 + 1000)
    assert model.weight.shape == (1000, 1000)


def test_what_a_variable_does_not_have_is_said_of_one_not_drawn_too():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = nn.Linear(2, 2).weight.nothing


# ---- layers alike that stand in no common model ----------------------------------------------


def test_layers_alike_outside_one_model_are_refused_by_an_optimizer():
    one, two = nn.Linear(4, 4), nn.Linear(4, 4)
    with pytest.raises(OptionError) as error:
        optim.SGD({"one": one.weight, "two": two.weight, "bias": one.bias})
    assert str(error.value) == (
        "SGD: parameters 'one' and 'two' start with the same numbers: both were drawn by seed 0 "
        "and path 'weight', as their layers stood in no common model. Put them into one module "
        "first, give one another seed by layer.seeded(1), or where they shall be equal: "
        "b.assign(a)."
    )
    optim.SGD({"one": one.weight, "two": two.seeded(1).weight})


def test_blocks_whose_constructors_look_at_values_are_refused_too():
    class Block(nn.Module):
        def __init__(self):
            self.inner = nn.Linear(4, 4)
            self.size = float(self.inner.weight.abs().max())

    model = nn.Sequential(Block(), Block())
    with pytest.raises(OptionError, match=r"'0.inner.weight' and '1.inner.weight' start with"):
        optim.Adam(model.parameters())
    optim.Adam(model.seeded(0).parameters())


def test_what_is_alike_by_intent_or_not_alike_passes():
    one, two, wide = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 5)
    two.weight.assign(one.weight)
    optim.SGD({"one": one.weight, "two": two.weight, "wide": wide.weight})
    model = net()
    optim.SGD(model.parameters())
    optim.SGD({"a": model[0].weight, "b": model[0].weight})
