"""A layer, an optimizer, a data set and a model take one file and one line each, for every door."""

import pytest
from test_adding import Edit, copied, told

LAYER = (
    Edit(
        "pellucid/nn/prelu.py",
        '''"""A rectifier whose slope below 0 is learned.

PReLU       x above 0, slope x below
"""

from pellucid.creation import full
from pellucid.nn.module import Module
from pellucid.tensor import Tensor
from pellucid.variables import Parameter


class PReLU(Module):
    """The number above 0, and a learned share of it below.

        y = x for x > 0, slope x otherwise

    Shapes: as x. Start: slope = 1/4. Source: He et al. 2015.
    """

    formula = "y = x for x > 0, slope x otherwise"

    def __init__(self) -> None:
        self.slope = Parameter(full((), 0.25))

    def forward(self, x: Tensor) -> Tensor:
        """The number, or its share."""
        return (x > 0).where(x, self.slope * x)
''',
    ),
    Edit(
        "pellucid/nn/__init__.py",
        "    from pellucid.nn.prelu import PReLU as PReLU\n",
        "    from pellucid.nn.predictor import Predictor as Predictor\n",
    ),
)

OPTIMIZER = (
    Edit(
        "pellucid/optim/signum.py",
        '''"""Steps of one size, by the sign of a velocity.

Signum      w <- w - learning_rate sign(v)
"""

from dataclasses import dataclass
from typing import Any

from pellucid.creation import zeros_like
from pellucid.optim.optimizer import Optimizer, Slots
from pellucid.optim.rules import Step
from pellucid.tensor import Tensor


@dataclass(eq=False)
class Signum(Optimizer):
    """v <- 0.9 v + 0.1 g;  w <- w - learning_rate sign(v).

    Source: Bernstein et al. 2018.
    """

    learning_rate: Any = 0.001

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {"v": zeros_like(w)}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> tuple[Tensor, Slots]:
        """The parameter and its state after one update."""
        v = 0.9 * state["v"] + 0.1 * g
        return w - step.learning_rate * v.sign(), {"v": v}
''',
    ),
    Edit(
        "pellucid/optim/__init__.py",
        "from pellucid.optim.signum import Signum as Signum\n",
        "    Nesterov as Nesterov,\n)\n",
    ),
)

DATA = (
    Edit(
        "pellucid/data/synthetic.py",
        '''@_makes("points inside the unit circle and outside of it")
@strict
def disc(samples: int = 200, *, noise: float = 0.0, rng: Generator) -> Dataset:
    """Points of a square: class 1 where x^2 + y^2 < 1/2, before noise.

    Shapes: features (samples, 2). Errors: as `flower`.
    """
    turns = _turns("disc", samples, 2, noise)
    angle = 2.4 * np.arange(samples)
    points = _polar(np.sqrt((turns + _steps(np.sort(turns), 2)) / 2), angle)
    return _with_noise(points, 1 - turns, noise, rng, "disc")


''',
        before='@_makes("the curve',
    ),
    Edit(
        "pellucid/data/__init__.py",
        "        disc as disc,\n",
        "        circles as circles,\n",
    ),
)

MODEL = (
    Edit(
        "pellucid/models/narrow.py",
        '''"""One hidden layer with learned slopes.

Narrow           the model
NarrowOptions    its form
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.models.catalogue import ModelKind
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class NarrowOptions(Strict):
    """The form of a Narrow.

    `units`: how many hidden units.
    """

    units: int = 8


class Narrow(Module):
    """logits = PReLU(x W1 + b1) W2 + b2."""

    kind = ModelKind(
        "narrow",
        "One hidden layer with learned slopes.",
        NarrowOptions,
        lambda form, options, rng: Narrow(form.features, form.outputs, options, rng=rng),
    )

    def __init__(
        self, features: int, outputs: int, options: NarrowOptions, *, rng: Generator
    ) -> None:
        hidden = nn.Linear(features, options.units, rng=rng)
        self.layers = nn.Sequential(
            nn.Flatten(), hidden, nn.PReLU(), nn.Linear(options.units, outputs, rng=rng)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        return self.layers(x)  # type: ignore[no-any-return]
''',
    ),
    Edit(
        "pellucid/models/__init__.py",
        "from pellucid.models.narrow import Narrow as Narrow\n",
        "    MLPOptions as MLPOptions,\n)\n",
    ),
)
PARTS = {"layer": LAYER, "optimizer": OPTIMIZER, "data by formula": DATA, "model": MODEL}
TESTS = (
    Edit(
        "tests/nn/test_prelu.py",
        '''"""The rectifier with a learned slope."""

import numpy as np

from pellucid import nn


def test_a_share_is_left_below_zero():
    assert nn.PReLU()(np.array([-4.0, 2.0], np.float32)).tolist() == [-1.0, 2.0]
''',
    ),
    Edit(
        "tests/optim/test_signum.py",
        '''"""Steps by the sign of a velocity."""

import pytest

import pellucid as pc


def test_signum_by_hand():
    w = pc.Parameter([1.0, -1.0])
    pc.optim.Signum({"w": w}, 0.5).minimize((w * w).sum())
    assert w.value.tolist() == pytest.approx([0.5, -0.5])
''',
    ),
    Edit(
        "tests/models/test_narrow.py",
        '''"""The model with learned slopes."""

import numpy as np

import pellucid as pc


def test_its_output_has_a_score_for_each_class():
    kind = pc.models.MODELS["narrow"]
    model = kind.built(pc.data.Form((3,), 5), kind.options(units=2), pc.Generator(0))
    assert model(np.ones((4, 3), np.float32)).shape == (4, 5)
''',
    ),
)

IN_PYTHON = """
import numpy as np, pellucid as pc
names = (pc.nn, "PReLU"), (pc.optim, "Signum"), (pc.data, "disc"), (pc.models, "Narrow")
assert all(name in dir(room) and name in room.__all__ for room, name in names)
star = {}
exec("from pellucid.nn import *", star)
assert star["PReLU"] is pc.nn.PReLU
data = pc.data.disc(rng=pc.Generator(0))
model = pc.nn.Sequential(pc.nn.Linear(2, 2, rng=pc.Generator(0)), pc.nn.PReLU())
loss = pc.functional.cross_entropy
pc.train.Trainer(model, loss, pc.optim.Signum(model.parameters()), data).fit(epochs=1)
x = data.features[:2]
assert "slope x otherwise" in str(pc.explain(model, x)), "explain"
assert "PReLU" in str(model.summary((2,))), "summary"
try:
    pc.nn.PRelu
except AttributeError as error:
    assert "Did you mean 'PReLU'?" in str(error)
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the checkout with all of them added."""
    return copied(tmp_path_factory.mktemp("checkout"), (*PARTS.values(), TESTS))


@pytest.mark.parametrize("edits", PARTS.values(), ids=PARTS)
def test_each_takes_one_file_and_one_line_in_one_list(edits):
    file, line = edits
    assert line.file == f"{file.file.rpartition('/')[0]}/__init__.py"
    assert line.text.count("\n") == 1


def test_each_is_public_and_works_in_python(checkout):
    assert told(checkout, "-c", IN_PYTHON) == (0, "")


def test_each_is_known_to_the_command_line(checkout):
    train = ("train", "disc", "--model", "narrow", "--optimizer", "signum", "--out", "run")
    commands = {
        (*train, "--units", "4", "--learning-rate", "0.01", "--epochs", "2"): "accuracy",
        ("resume", "run", "--epochs", "3"): "    3  ",
        ("evaluate", "run"): "accuracy",
        ("explain", "run"): "PReLU",
        ("train", "--help"): "Points inside the unit circle",
        ("train", "disc", "--help"): "signum",
        ("models",): "One hidden layer with learned slopes.",
    }
    for command, wanted in commands.items():
        code, text = told(checkout, "-m", "pellucid", *command)
        assert code == 0, (command, text)
        assert wanted in text, (command, text)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        (("disk",), "disc"),
        (("disc", "--model", "narow"), "narrow"),
        (("disc", "--optimizer", "signumm"), "signum"),
    ],
)
def test_a_word_that_is_nearly_one_of_them_is_answered_with_it(checkout, wrong, near):
    code, text = told(checkout, "-m", "pellucid", "train", *wrong)
    assert code == 2
    assert f"Did you mean {near!r}?" in text


def test_the_tests_of_names_files_and_optimizers_ask_for_no_more(checkout):
    tests = [f"tests/test_{name}.py" for name in ("mirror", "names", "listed_names", "circles")]
    tests += [edit.file for edit in TESTS]
    optimizers = "tests/optim/test_against_pytorch.py::test_every_optimizer_is_compared_or_what_"
    tests += [optimizers + "pytorch_lacks_computed_by_hand"]
    code, text = told(checkout, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *tests)
    assert code == 0, text


def test_their_code_is_in_the_house_style(checkout):
    files = {edit.file for edits in (*PARTS.values(), TESTS) for edit in edits}
    for command in (("ruff", "check"), ("ruff", "format", "--check")):
        code, text = told(checkout, "-m", *command, "-q", "--no-cache", *sorted(files))
        assert code == 0, text
