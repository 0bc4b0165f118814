"""A compiled function follows the names that it reads, and asks for no more than that."""

import warnings
from types import FunctionType

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim
from pellucid.surroundings import surroundings

X = np.ones(2, np.float32)
HEAD = "import numpy as np\nimport pellucid as pc\nfrom pellucid import nn\n"


def cells_of(*programs: str) -> dict:
    """What is left when programs have run one after the other, as in a notebook."""
    names: dict = {}
    for program in (HEAD, *programs):
        exec(program, names)
    return names


COMPILED = "f = pc.compile(lambda x: {}, executor='reference')\nfirst = f(np.ones(2, np.float32))"


@pytest.mark.parametrize(
    ("before", "expression", "after", "expected"),
    [
        ("a = 2.0", "x * a", "a = 3.0", [3.0, 3.0]),
        ("a = 2", "x * a", "a = 2.5", [2.5, 2.5]),
        ("a = True", "x if a else -x", "a = False", [-1.0, -1.0]),
        ("a = 'up'", "x if a == 'up' else -x", "a = 'down'", [-1.0, -1.0]),
        ("a = None", "x if a is None else x * a", "a = 4.0", [4.0, 4.0]),
        ("a = np.float32([2, 2])", "x * a", "a = np.float32([2, 3])", [2.0, 3.0]),
        ("a = pc.tensor([2.0, 2.0])", "x * a", "a = pc.tensor([2.0, 3.0])", [2.0, 3.0]),
        ("a = lambda x: x", "a(x)", "a = lambda x: x + 1.0", [2.0, 2.0]),
        ("a = (1.0, 2.0)", "x * a[1]", "a = (1.0, 5.0)", [5.0, 5.0]),
        ("a = 2.0", "(lambda z: z * a)(x)", "a = 3.0", [3.0, 3.0]),
    ],
)
def test_a_global_name_that_means_something_else_is_heeded(before, expression, after, expected):
    names = cells_of(before, COMPILED.format(expression), after)
    assert names["f"](X).tolist() == expected


@pytest.mark.parametrize(("before", "after"), [("0.0", "-0.0"), ("(0.0,)", "(-0.0,)")])
def test_the_sign_of_a_zero_is_another_meaning(before, after):
    zero = "a" if before[0] != "(" else "a[0]"
    names = cells_of(f"a = {before}", COMPILED.format(f"x * {zero}"), f"a = {after}")
    assert not np.signbit(names["first"].numpy()).any()
    assert np.signbit(names["f"](X).numpy()).all()


def test_a_number_of_another_kind_is_another_meaning():
    names = cells_of("a = 2\nf = pc.compile(lambda x: x * a)", "first = f(np.ones(2, np.int32))")
    names["a"] = 2.0
    with pytest.raises(pc.errors.DTypeError):
        names["f"](np.ones(2, np.int32))


def test_a_step_follows_a_model_that_was_made_anew():
    step = """
model = nn.Linear(2, 1)
@pc.compile(executor="reference")
def step(x):
    return model(x).sum()
step(np.ones((1, 2), np.float32))
"""
    names = cells_of(step, "model = nn.Linear(2, 1); model.weight.assign(model.weight * 0.0)")
    assert names["step"](np.ones((1, 2), np.float32)).item() == 0.0


def test_numbers_of_an_enclosing_function_are_followed_too():
    rate = 10.0
    scaled = pc.compile(lambda x: x.sum() * rate, executor="reference")
    found = [scaled(X).item()]
    rate = 20.0
    found.append(scaled(X).item())
    rate = 10.0
    assert [*found, scaled(X).item()] == [20.0, 40.0, 20.0]


def test_equal_numbers_are_the_same_and_a_known_program_is_used_again():
    captures = []
    names = cells_of("a = 2.5")
    names["captures"] = captures
    exec("def g(x):\n    captures.append(1)\n    return x * a\nf = pc.compile(g)", names)
    for a in (2.5, float("2.5"), 3.5, 2.5, 3.5):
        names["a"] = a
        assert names["f"](X).tolist() == [a, a]
    assert len(captures) == 2


def test_what_a_function_assigns_itself_is_its_own_affair():
    names = cells_of(
        "n = 0",
        "def g(x):\n    global n\n    n += 1\n    return x * n\nf = pc.compile(g)",
    )
    assert [names["f"](X).tolist() for _ in range(3)] == [[1.0, 1.0]] * 3
    assert names["n"] == 1


def test_a_name_that_was_deleted_is_missed():
    names = cells_of("a = 2.0", COMPILED.format("x * a"), "del a")
    with pytest.raises(NameError):
        names["f"](X)


def test_nothing_is_asked_of_functions_that_read_modules_and_layers_of_their_own():
    model = nn.Linear(2, 1)

    def outputs(x):
        return model(x) + np.float32(1.0)

    assert surroundings(outputs) == []
    assert surroundings(abs) == surroundings(model) == surroundings(optim.SGD) == []
    assert len(surroundings(lambda: (X, HEAD))) == 1


def test_what_changes_at_every_call_is_told_to_be_better_an_argument():
    names = cells_of(
        "a = 0.0", "def g(x):\n    return x * a\nf = pc.compile(g, executor='reference')"
    )
    told = []
    for i in range(15):
        names["a"] = float(i)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert names["f"](X).tolist() == [i, i]
        told += [(i, str(warning.message)) for warning in caught]
    ((when, message),) = told
    assert when == 9
    assert message.startswith("compile: g was captured 10 times for arguments of one kind")
    assert message.endswith("argument, a number as a float: step(x, rate).")


def test_things_that_cannot_be_compared_are_others():
    class Odd:
        def __eq__(self, other):
            raise TypeError("no")

        __hash__ = None

    names = cells_of("a = None", COMPILED.format("x if a is None else x + 1.0"))
    for expected in (2.0, 2.0, 1.0):
        names["a"] = Odd() if expected == 2.0 else None
        assert names["f"](X).tolist() == [expected, expected]


class Rings(dict):
    """Names that are looked up while an alarm rings."""

    def __getitem__(self, name):
        if self.get("rings"):
            raise TimeoutError(name)
        return super().__getitem__(name)


def test_what_a_signal_raises_while_names_are_looked_up_is_not_lost():
    space = Rings(factor=2.0)
    function = FunctionType((lambda x: x * factor).__code__, space)  # noqa: F821
    (setting,) = surroundings(function)
    assert setting.read()
    space["rings"] = True
    with pytest.raises(TimeoutError):
        setting.read()
    space["rings"] = False
    del space["factor"]
    assert not setting.read()
