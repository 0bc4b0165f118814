"""Modules: names, order, state, modes, calls, and the words of their errors."""

import copy
import re

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import DTypeError, OptionError, ShapeError, StateError
from pellucid.scopes import current_scope
from pellucid.state import Loaded


class Block(nn.Module):
    """Two layers, a scale of its own, and a list of layers."""

    def __init__(self, rng):
        self.first = nn.Linear(3, 4, rng=rng)
        self.scale = pc.Parameter(np.ones(4, np.float32))
        self.rest = [nn.Linear(4, 4, rng=rng), nn.Dropout(0.5, rng=rng)]
        self.seen = pc.Buffer(np.zeros((), np.int64))

    def forward(self, x):
        x = self.first(x) * self.scale
        for layer in self.rest:
            x = layer(x)
        return x


@pytest.fixture
def block():
    return Block(pc.Generator(seed=0))


PATHS = ["first.weight", "first.bias", "rest.0.weight", "rest.0.bias"]


def test_variables_are_named_by_their_path_own_ones_first(block):
    assert list(block.parameters()) == ["scale", *PATHS]
    assert list(block.buffers()) == ["seen", "rest.1.draws"]
    assert list(block.variables()) == ["scale", "seen", *PATHS, "rest.1.draws"]
    assert block.first.weight.name == "weight"


def test_modules_are_listed_with_their_paths(block):
    assert list(block.modules()) == ["", "first", "rest.0", "rest.1"]
    assert list(block.children()) == ["first", "rest.0", "rest.1"]


def test_a_list_of_layers_becomes_a_tuple_so_that_none_is_added_unseen(block):
    with pytest.raises(AttributeError):
        block.rest.append(nn.ReLU())


def test_a_dict_of_layers_is_refused(block):
    message = r"Block\.heads: heads\['a'\] is a ReLU in a dict which is not kept: it would be "
    with pytest.raises(OptionError, match=message + r"neither trained.*self\.heads = list\(layers"):
        block.heads = {"a": nn.ReLU()}


def test_operations_know_the_path_of_their_layer(block):
    graph = pc.capture(block)(np.ones((2, 3), np.float32))
    assert {node.scope for node in graph.nodes} == {"first", "", "rest.0", "rest.1"}
    names = [value.name for value in graph.inputs]
    assert names[1:] == [*PATHS[:2], "scale", *PATHS[2:], "rest.1.draws"]


def test_the_path_is_left_again_after_an_error(block):
    with pytest.raises(ShapeError):
        block(np.ones((2, 5), np.float32))
    assert current_scope() == ""


def test_the_root_has_no_name(block):
    with nn.calls() as made:
        block(np.ones((2, 3), np.float32))
    assert [call.path for call in made] == ["first", "rest.0", "rest.1", ""]
    assert made[0].module is block.first
    assert made[0].inputs[0].shape == (2, 3)
    assert made[0].output.shape == (2, 4)


def test_a_wrong_shape_is_located_once_in_the_innermost_layer():
    class Outer(nn.Module):
        def __init__(self):
            self.block = Block(pc.Generator(seed=0))

        def forward(self, x):
            return self.block(x)

    message = r"^block\.first: Linear\(3, 4\): y = x W \+ b with x \(2, 5\), W \(3, 4\): 5 != 3\."
    with pytest.raises(ShapeError, match=message) as caught:
        Outer()(np.ones((2, 5), np.float32))
    assert str(caught.value).count("block.first: ") == 1
    assert caught.value.layer == "block.first"


def test_a_wrong_dtype_is_located_too():
    with pytest.raises(DTypeError, match=r"^Linear\(3, 4\): matmul: float64 with float32"):
        nn.Linear(3, 4, rng=pc.Generator(seed=0))(pc.tensor(np.ones((2, 3))))


class Table:
    """What a table of another library offers: its numbers, as objects where columns differ."""

    def __array__(self, dtype=None, copy=None):
        return np.array([[0.5, True], [1.5, False]], object)


@pytest.mark.parametrize("x", [np.array([[0.5, 1.0], [1.5, 0.0]]), Table()])
@pytest.mark.parametrize("compiled", [False, True])
def test_arrays_of_float64_become_float32_where_the_model_is(x, compiled):
    model = nn.Sequential(nn.Linear(2, 3, rng=pc.Generator(seed=0)), nn.ReLU())
    y = (model.predictor() if compiled else model)(x)
    assert y.dtype == np.float32
    wanted = model(np.array([[0.5, 1.0], [1.5, 0.0]], np.float32))
    np.testing.assert_allclose(y, wanted, rtol=1e-6)


def test_arrays_of_float64_stay_where_the_model_has_no_float32():
    assert nn.ReLU()(np.ones(2)).dtype == np.float64
    wide = nn.Linear(2, 3, rng=pc.Generator(seed=0))
    wide.weight, wide.bias = pc.Parameter(np.ones((2, 3))), pc.Parameter(np.zeros(3))
    assert wide(np.ones((4, 2))).dtype == wide.predictor()(np.ones((4, 2))).dtype == np.float64


def test_states_of_float64_are_converted_like_inputs():
    layer = nn.LSTM(2, 3, rng=pc.Generator(seed=0))
    state = (np.zeros((1, 4, 3)), np.zeros((1, 4, 3)))
    assert layer(np.ones((4, 5, 2)), None, state)[0].dtype == np.float32


@pytest.mark.parametrize("wrong", [[1.0, 2.0], 3.0, "text"])
def test_what_is_no_tensor_is_refused(wrong):
    with pytest.raises(OptionError, match=rf"^ReLU\(\): called with {type(wrong).__name__}\."):
        nn.ReLU()(wrong)


def test_arrays_none_and_tuples_reach_forward():
    class Pair(nn.Module):
        def forward(self, x, state, mask):
            return x + state[0] + state[1], mask

    y, mask = Pair()(np.ones(2), (np.ones(2), pc.ones(2, dtype="float64")), None)
    assert y.tolist() == [3.0, 3.0]
    assert mask is None


def test_a_shared_layer_counts_once():
    shared = nn.Linear(2, 2, rng=pc.Generator(seed=0))
    model = nn.Sequential(shared, nn.ReLU(), shared)
    assert list(model.parameters()) == ["0.weight", "0.bias"]
    assert list(model.modules()) == ["", "0", "1"]
    y = model(np.ones((1, 2), np.float32)).numpy()
    once = np.maximum(shared(np.ones((1, 2), np.float32)).numpy(), 0.0)
    np.testing.assert_allclose(y, shared(once).numpy(), rtol=1e-6)


def test_a_variable_is_not_replaced_by_numbers(block):
    with pytest.raises(OptionError, match=r"Block\.scale: a ndarray .* Use \.scale\.assign"):
        block.scale = np.zeros(4)
    block.scale = pc.Parameter(np.zeros(4, np.float32))
    assert block.parameters()["scale"].value.tolist() == [0.0] * 4


def test_a_misspelt_attribute_names_the_nearest(block):
    with pytest.raises(AttributeError, match=r"no attribute 'frist'\. Did you mean 'first'"):
        getattr(block, "frist")  # noqa: B009 (a mistake to be made)
    assert not hasattr(block, "_hidden")


def test_a_copy_of_a_model_shares_nothing(block):
    twin = copy.deepcopy(block)
    assert list(twin.variables()) == list(block.variables())
    before = block.state_dict()
    for path, variable in twin.variables().items():
        assert variable.present().tolist() == before[path].tolist()
        variable.assign(variable.value + 1)
    assert all((block.state_dict()[path] == before[path]).all() for path in before)
    assert twin.parameters().keys() == block.parameters().keys()
    assert twin.rest[1].generator.draws is twin.rest[1].draws


# ---- state -------------------------------------------------------------------------------


def test_state_goes_round(block):
    state = block.state_dict()
    other = Block(pc.Generator(seed=1))
    other.load_state_dict(state)
    x = np.ones((2, 3), np.float32)
    assert other.inference()(x).tolist() == block.inference()(x).tolist()
    assert all((other.state_dict()[path] == state[path]).all() for path in state)


def test_a_state_holds_copies(block):
    state = block.state_dict()
    state["scale"][:] = 9.0
    assert block.scale.value.tolist() == [1.0] * 4
    block.load_state_dict(state)
    state["scale"][:] = 5.0
    assert block.scale.value.tolist() == [9.0] * 4


def test_a_transposed_array_is_loaded_as_it_reads():
    layer = nn.Linear(2, 3, rng=pc.Generator(seed=0))
    weight = np.arange(6, dtype=np.float32).reshape(3, 2).T
    layer.load_state_dict({"weight": weight, "bias": np.zeros(3, np.float32)})
    assert layer.weight.value.tolist() == weight.tolist()
    assert layer.state_dict()["weight"].flags.c_contiguous


def test_everything_that_does_not_fit_is_listed_and_nothing_is_loaded(block):
    state = block.state_dict()
    del state["first.bias"], state["seen"]
    state |= {"extra": np.zeros(1), "scale": np.zeros(5, np.float32)}
    state |= {"first.weight": np.zeros((3, 4)), "rest.0.bias": np.full(4, 7.0, np.float32)}
    before = block.state_dict()
    with pytest.raises(StateError) as caught:
        block.load_state_dict(state)
    *lines, last = str(caught.value).splitlines()
    assert lines == [
        "Block.load_state_dict: the state does not fit.",
        "  missing: seen, first.bias",
        "  unexpected: extra",
        "  shape of scale: (5,), here (4,)",
        "  dtype of first.weight: float64, here float32",
    ]
    change = '{name: a.astype("float32") for name, a in state.items()}'
    assert last.endswith(f"nothing was loaded. Other dtypes are converted first: {change}.")
    assert all((block.state_dict()[path] == before[path]).all() for path in before)


def test_a_loose_load_leaves_alone_what_one_side_lacks(block):
    state = {"scale": np.full(4, 2.0, np.float32), "extra": np.ones(1)}
    report = block.load_state_dict(state, strict=False)
    assert report == Loaded(("scale",), ("extra",), tuple(list(block.variables())[1:]))
    assert block.scale.value.tolist() == [2.0] * 4
    with pytest.raises(StateError, match=r"shape of scale: \(1,\), here \(4,\)\n.* loaded\.$"):
        block.load_state_dict({"scale": np.ones(1, np.float32)}, strict=False)


def test_a_load_tells_what_it_loaded(block):
    report = block.load_state_dict(block.state_dict())
    assert (set(report.loaded), report.left, report.missing) == (set(block.state_dict()), (), ())


def test_a_loose_load_in_which_no_name_is_the_same_is_refused(block):
    state = {f"module.{path}": array for path, array in block.state_dict().items()}
    there = "module.scale, module.seen, module.first.weight and 4 more"
    message = f"no name is the same. In the state: {there}; here: scale, seen, first.weight and 4"
    with pytest.raises(StateError, match=re.escape(message)):
        block.load_state_dict(state, strict=False)
    with pytest.raises(StateError, match="In the state: none; here: "):
        block.load_state_dict({}, strict=False)


# ---- modes -------------------------------------------------------------------------------


def test_modes_reach_the_whole_tree(block):
    assert block.training
    assert block.rest[1].training
    assert block.inference() is block
    assert not block.rest[1].training
    assert block.train().rest[1].training


def test_a_mode_is_given_back_to_every_module_also_after_an_error(block):
    block.first.inference()

    def failing():
        with block.mode(training=False):
            assert not block.rest[1].training
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert block.training
    assert block.rest[1].training
    assert not block.first.training


def test_a_compiled_model_follows_its_mode(block):
    run = pc.compile(block)
    x = np.ones((50, 3), np.float32)
    assert (run(x).numpy() == 0.0).any()
    with block.mode(training=False):
        assert not (run(x).numpy() == 0.0).any()
    assert (run(x).numpy() == 0.0).any()


# ---- looks -------------------------------------------------------------------------------


def test_the_form_shows_the_tree(block):
    assert repr(block) == (
        "Block(\n  first: Linear(3, 4)\n  rest.0: Linear(4, 4)\n  rest.1: Dropout(0.5)\n)"
    )


def test_a_tree_inside_a_tree_is_indented():
    rng = pc.Generator(seed=0)
    model = nn.Sequential(nn.Sequential(nn.Linear(1, 2, rng=rng, bias=False)), nn.LeakyReLU(0.1))
    assert repr(model).splitlines() == [
        "Sequential(",
        "  0: Sequential(",
        "    0: Linear(1, 2, bias=False)",
        "  )",
        "  1: LeakyReLU(0.1)",
        ")",
    ]
