"""Summaries: shapes, parameters and work of every layer, and their totals."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import DTypeError, OptionError, ShapeError

TABLE = """\
input (2, 4)
layer  kind       output shape  parameters  FLOPs
-------------------------------------------------
0      Linear     (2, 3)                15     54
1      BatchNorm  (2, 3)                 6     27
2      ReLU       (2, 3)                 0      6
3      Linear     (2, 2)                 8     28
-------------------------------------------------
total                                   29    115
and 6 numbers in buffers"""


@pytest.fixture
def model():
    rng = pc.Generator(seed=0)
    layers = [nn.Linear(4, 3, rng=rng), nn.BatchNorm(3), nn.ReLU(), nn.Linear(3, 2, rng=rng)]
    return nn.Sequential(*layers)


def test_the_table(model):
    assert str(model.summary((2, 4))) == TABLE


def test_a_product_counts_two_operations_per_weight_and_sample(model):
    rows = {row.path: row for row in model.summary((2, 4)).rows}
    assert rows["0"].flops == 2 * (2 * 4 * 3) + 2 * 3


def test_a_summary_changes_nothing(model):
    before = model.state_dict()
    model.summary((2, 4))
    assert model.training
    assert all((model.state_dict()[path] == before[path]).all() for path in before)


def test_what_a_model_does_itself_has_a_row():
    class Scaled(nn.Module):
        def __init__(self):
            self.inner = nn.Linear(2, 3, rng=pc.Generator(seed=0))
            self.scale = pc.Parameter(np.ones(3, np.float32))
            self.spare = nn.Linear(2, 3, rng=pc.Generator(seed=0))

        def forward(self, x):
            with pc.scope("part"):
                return self.inner(x).sum(axis=0) * self.scale

    summary = Scaled().summary((4, 2))
    rows = {row.path: row for row in summary.rows}
    assert (rows["(model)"].flops, rows["(model)"].parameters) == (4 * 3 + 3, 3)
    assert (rows["spare"].output, rows["spare"].flops, rows["spare"].parameters) == (None, 0, 9)
    assert summary.parameters == sum(p.size for p in Scaled().parameters().values())


def test_a_layer_called_twice_has_its_parameters_once_and_its_work_twice():
    shared = nn.Linear(2, 2, rng=pc.Generator(seed=0))
    summary = nn.Sequential(shared, shared).summary((1, 2))
    assert [(row.path, row.parameters, row.flops) for row in summary.rows] == [("0", 6, 20)]


def test_the_work_of_a_loop_is_that_of_all_its_steps():
    layer = nn.RNN(3, 5, rng=pc.Generator(seed=0))
    one, six = (layer.summary((2, steps, 3)) for steps in (1, 6))
    products, others = 2 * 2 * (3 + 5) * 5, 3 * 2 * 5
    work = [sum(row.flops for row in summary.rows) for summary in (one, six)]
    assert work == [products + others, 6 * (products + others)]
    assert one.parameters == 3 * 5 + 5 * 5 + 5


def test_the_dtype_of_the_input_can_be_given():
    class Lookup(nn.Module):
        def __init__(self):
            self.table = pc.Parameter(np.zeros((5, 3), np.float32))

        def forward(self, ids):
            return self.table.take(ids, axis=0)

    summary = Lookup().summary((2,), dtype="int64")
    assert summary.rows[0].output == (2, 3)
    assert summary.flops == 0


def test_an_input_that_does_not_fit_is_located(model):
    with pytest.raises(ShapeError, match=r"^0: Linear\(4, 3\): y = x W \+ b"):
        model.summary((2, 5))


def test_a_model_of_ids_needs_no_word_of_its_dtype():
    model = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 2))
    assert [row.output for row in model.summary((3, 5)).rows] == [(3, 5, 4), (3, 5, 2)]
    with pytest.raises(DTypeError, match="float32, not integers"):
        model.summary((3, 5), dtype="float32")


def test_where_neither_numbers_nor_ids_fit_the_first_error_is_told():
    model = nn.Sequential(nn.Embedding(9, 4), nn.Linear(3, 2))
    with pytest.raises(DTypeError, match="float32, not integers"):
        model.summary((3, 5))


def test_a_model_of_several_inputs_takes_a_shape_for_each():
    class Two(nn.Module):
        def __init__(self):
            self.left, self.right = nn.Linear(3, 2), nn.Linear(4, 2)

        def forward(self, x, y):
            return self.left(x) + self.right(y)

    summary = Two().summary((5, 3), (5, 4))
    assert str(summary).splitlines()[0] == "input (5, 3), (5, 4)"
    assert summary.parameters == 8 + 10


@pytest.mark.parametrize(
    "shape", [(), (3,), ((None, 3),), (((5, 3), (5, 4)),), ((-1, 3),)], ids=repr
)
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(OptionError, match=r"summary: input shape .*\. It is a tuple of sizes"):
        nn.Linear(3, 2).summary(*shape)


def test_one_number_in_buffers_is_one_number():
    text = str(nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).summary((1, 2)))
    assert text.endswith("and 1 number in buffers")


def test_a_summary_of_a_large_input_takes_no_memory():
    assert nn.Linear(10, 10).summary((10**12, 10)).rows[0].output == (10**12, 10)


class Mixed(nn.Module):
    """Ids and numbers at once."""

    def __init__(self):
        self.table, self.out = nn.Embedding(9, 4), nn.Linear(6, 2)

    def forward(self, ids, numbers):
        return self.out(pc.concat([self.table(ids), numbers], axis=1))


def test_inputs_of_several_dtypes_have_each_their_own():
    summary = Mixed().summary((1,), (1, 2), dtype=("int64", "float32"))
    assert [row.output for row in summary.rows] == [(1, 4), (1, 2)]
    with pytest.raises(OptionError, match=r"1 dtypes for inputs of 2 shapes. Give one for all of"):
        Mixed().summary((1,), (1, 2), dtype=["int64"])


def test_what_is_frozen_is_counted():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm(3), nn.Linear(3, 2))
    model[0].freeze()
    summary = model.summary((1, 2))
    assert (summary.parameters, summary.frozen) == (23, 9)
    assert str(summary).endswith("and 6 numbers in buffers, 9 of the parameters frozen")
    assert "9 of the parameters frozen" in summary._repr_html_()
    assert "frozen" not in str(model.thaw().summary((1, 2)))
