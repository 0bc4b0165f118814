"""What is given to `explain`: tables, lists, arrays of other libraries; what is refused."""

import numpy as np
import pytest
from data.frames import Frame

import pellucid as pc
from pellucid import functional, nn
from pellucid.errors import CallError, DataError, OptionError

X = np.arange(15.0).reshape(5, 3) / 10.0
T = np.array([0, 1, 0, 1, 1])


def model():
    return nn.Sequential(nn.Linear(3, 2, rng=pc.Generator(1)))


def explained(x, t):
    return pc.explain(model(), x, t, loss=functional.cross_entropy)


def scores(found):
    return found.trace.array(found.trace.find("0").name)


EXPECTED = scores(explained(X.astype(np.float32), T))


class Foreign:
    """An array of another library."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype)


@pytest.mark.parametrize(
    ("x", "t"),
    [
        (X, T),
        (X.tolist(), T.tolist()),
        (Frame(a=X[:, 0], b=X[:, 1], c=X[:, 2]), T),
        (Foreign(X), Foreign(T)),
        (pc.tensor(X.astype(np.float32)), pc.tensor(T)),
    ],
    ids=["float64", "lists", "a table", "a foreign array", "tensors"],
)
def test_what_holds_numbers_is_taken_as_float32(x, t):
    found = explained(x, t)
    assert np.array_equal(scores(found), EXPECTED)
    assert [value.name for value in found.trace.graph.inputs[:2]] == ["x", "t"]


def test_frames_of_pandas_are_taken():
    pandas = pytest.importorskip("pandas")
    found = explained(pandas.DataFrame(X, columns=list("abc")), pandas.Series(T))
    assert np.array_equal(scores(found), EXPECTED)


def test_whole_numbers_in_a_table_are_numbers_and_before_an_embedding_ids():
    rows = [[0, 1, 2], [2, 1, 0]]
    found = pc.explain(model(), rows)
    assert found.trace.array("x").dtype == np.float32
    found = pc.explain(nn.Sequential(nn.Embedding(3, 2)), rows)
    assert found.trace.array("x").tolist() == rows
    assert found.trace.array("x").dtype == np.int64


@pytest.mark.parametrize(
    ("x", "t", "error", "text"),
    [
        (None, T, OptionError, "explain: the input x is None. Give arrays, tensors, or tables"),
        ({"x": X}, T, OptionError, "explain: the input x is a dict"),
        ("abc", T, OptionError, "explain: the input x is 'abc', a str. A network reads numbers"),
        (["ab", "c"], T, OptionError, "explain: the input x is a list. A network reads numbers"),
        (X, None, OptionError, "explain: the target is None"),
        (X, list("ababa"), DataError, "explain: the targets are of type <U1. They are numbers"),
        ([[1.0], [1.0, 2.0]], T, DataError, "explain: the input x: features cannot be read as"),
        (X[:0], T[:0], DataError, r"the input x has no samples: its shape is \(0, 3\)"),
        (
            Frame(a=X[:, 0], b=np.array(list("uvwxy"))), T, DataError,
            r"explain: the input x: column 'b' of the features of type <U1 \('u' at \[0\]\)",
        ),
    ],
    ids=["None", "dict", "text", "texts", "no target", "names", "ragged", "empty", "column"],
)  # fmt: skip
def test_what_is_no_data_is_refused_by_name(x, t, error, text):
    with pytest.raises(error, match=text):
        explained(x, t)


def test_inputs_that_a_function_does_not_take_are_told():
    with pytest.raises(CallError, match=r"missing a required argument: 'b'\. It takes a, b\."):
        pc.explain(lambda a, b: a * b, 2)
    with pytest.raises(CallError, match=r"too many positional arguments\. It takes a\."):
        pc.explain(lambda a: a * 2.0, 2, 3)


def test_a_function_takes_arrays_of_other_libraries():
    assert pc.explain(lambda a: a.sum(), Foreign(X)).result == "10.5"
