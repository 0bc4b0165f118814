"""What CONTRIBUTING says of adding a primitive is so: a few edits, in a copy of the checkout."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COPIED = ("pellucid", "tests", "docs", "CONTRIBUTING.md", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", "object_code")


@dataclass(frozen=True)
class Edit:
    """A text put behind another one in a file, or before one, or at its end, or a new file."""

    file: str
    text: str
    behind: str = ""
    before: str = ""

    def make(self, root: Path) -> None:
        path = root / self.file
        there = path.read_text(encoding="utf-8") if path.exists() else ""
        near = self.behind + self.before
        assert near in there, f"{self.file} has {near!r} no more: mend this test"
        put = there.replace(near, self.behind + self.text + self.before, 1)
        path.write_text(put if near else there + self.text, encoding="utf-8")


HYPOT = (
    Edit(
        "pellucid/primitives/arithmetic.py",
        '''

class Hypot(Elementwise):
    """The distance of (a, b) from the origin. At the origin itself its gradient is taken as 0.

    Accuracy: at most 4 roundings.
    """

    formula = "y = sqrt(a^2 + b^2), whose squares do not overflow"
    gradient_formula = "da = dy a / y,  db = dy b / y"
    accepts = FLOATS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        large, small = xp.maximum(xp.abs(a), xp.abs(b)), xp.minimum(xp.abs(a), xp.abs(b))
        share = small / xp.where((large == 0) | (large == float("inf")), xp.ones_like(large), large)
        return large * xp.sqrt(share * share + 1)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        slope = dy / (y == 0.0).where(1.0, y)
        return slope * a, slope * b
''',
    ),
    Edit(
        "pellucid/primitives/__init__.py",
        "    Hypot as Hypot,\n",
        "    Floor as Floor,\n",
    ),
    Edit("pellucid/executors/native/ir/facts.py", "p.Hypot, ", "**dict.fromkeys((p.Divide, "),
    Edit(
        "tests/samples.py",
        '    Sample("hypot", p.Hypot(), (TIES, TIES * 0), np.abs(TIES)),\n',
        "PRODUCTS_AND_POSITIONS = [\n",
    ),
)

SUM_OF_SQUARES = (
    Edit(
        "pellucid/primitives/reduction.py",
        '''

class SumOfSquares(Reduction):
    """Sum of the squares over `axis`; 0 for empty axes. Accuracy: as `sum`."""

    accepts = SUMMABLE
    formula = "y = sum of x^2 over axis"
    gradient_formula = "dx = 2 dy x"

    def forward(self, xp: Any, x: Any) -> Any:
        return total(xp, x * x, self.axis)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (2.0 * dy * x,)
''',
    ),
    Edit(
        "pellucid/primitives/__init__.py",
        "    SumOfSquares as SumOfSquares,\n",
        "    Sum as Sum,\n",
    ),
    Edit(
        "pellucid/executors/native/ir/facts.py",
        "    p.SumOfSquares: Facts(\n        Lowering.REDUCED,\n        joining=Joining("
        "lambda _, a, b: a + b, lambda _: 0, lambda _, x: x * x, adds=True),\n    ),\n",
        "FACTS: dict[type[Primitive], Facts] = {\n",
    ),
    Edit(
        "tests/samples.py",
        '    Sample("sum_of_squares", p.SumOfSquares((1,)), (TIES,), np.array([[19], [6]], F4)),\n',
        "REDUCTIONS = [\n",
    ),
)

SOFTSHRINK = (
    Edit(
        "pellucid/primitives/exponential.py",
        '''

@dataclass(frozen=True)
class Softshrink(Elementwise):
    """The number, nearer to 0 by `size`, or 0 where that is as near. Accuracy: one rounding."""

    formula = "y = sign(x) max(|x| - size, 0)"
    gradient_formula = "dx = dy where |x| > size, else 0"
    accepts = FLOATS
    size: float

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sign(x) * xp.maximum(xp.abs(x) - self.size, xp.full_like(x, 0.0))

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return ((x.abs() > self.size).where(dy, 0.0),)
''',
    ),
    Edit(
        "pellucid/primitives/__init__.py",
        "    Softshrink as Softshrink,\n",
        "    Sin as Sin,\n",
    ),
    Edit(
        "pellucid/executors/native/ir/facts.py",
        "p.Softshrink, ",
        "**dict.fromkeys((p.FloorDivide, ",
    ),
    Edit(
        "tests/samples.py",
        '    Sample("softshrink", p.Softshrink(2.0), (TIES[:1],), np.array([[1, 0, 1]], F4)),\n',
        "PRODUCTS_AND_POSITIONS = [\n",
    ),
)
ADDED = {"hypot": HYPOT, "softshrink": SOFTSHRINK, "sum_of_squares": SUM_OF_SQUARES}

NATIVE = """
import numpy as np, pellucid as pc
from pellucid import primitives as p

a, b = (np.random.default_rng(i).normal(size=(40, 300)).astype(np.float32) for i in range(2))

@pc.compile
def step(a, b):
    shrunk = lambda x: pc.apply(p.Softshrink(0.0), x)
    y = lambda a, b: pc.apply(p.SumOfSquares((1,)), pc.apply(p.Hypot(), shrunk(a), b)).sum()
    return y(a, b), *pc.grad(y, argument=(0, 1))(a, b)

y, da, db = step(a, b)
np.testing.assert_allclose(y.item(), (a.astype(float) ** 2 + b.astype(float) ** 2).sum(), rtol=1e-6)
np.testing.assert_allclose(da.numpy(), 2 * a, rtol=1e-5)
np.testing.assert_allclose(db.numpy(), 2 * b, rtol=1e-5)
assert step.report(a, b).fallbacks == (), step.report(a, b).fallbacks
"""


def copied(root, added):
    """A copy of the checkout in a folder, with edits made."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name, **({"ignore": LEFT_OUT} if copy is shutil.copytree else {}))
    for edits in added:
        for edit in edits:
            edit.make(root)
    return root


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the checkout with all of them added."""
    return copied(tmp_path_factory.mktemp("checkout"), ADDED.values())


def told(checkout, *command):
    """What a command prints in the checkout, and how it ends."""
    here = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=checkout,
        env=here,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout[-20_000:] + done.stderr[-3000:]


@pytest.mark.parametrize("edits", ADDED.values(), ids=ADDED)
def test_a_primitive_takes_three_edits_beside_its_value_by_hand(edits):
    files = [edit.file for edit in edits]
    assert len(files) == len(set(files)) == 4
    files.remove("tests/samples.py")
    rows = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in rows if line.startswith("| primitive |"))
    for file in files:
        place = "primitives/" if file == files[0] else file.removeprefix("pellucid/")
        assert f"`{place}`" in row, f"CONTRIBUTING does not name {place}"


def test_every_place_that_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    named = [place for row in rows for place in re.findall(r"`([^`]+)`", row)]
    any_name = [re.sub("TOPIC|FILE", "*", name) for name in named]
    places = [place for place in any_name if "/" in place and " " not in place]
    assert len(places) > 30
    homes = (ROOT, ROOT / "pellucid")
    there = [any([*home.glob(place)] for home in homes) for place in places]
    assert [place for place, found in zip(places, there, strict=True) if not found] == []


def test_what_was_added_runs_natively_with_its_gradient(checkout):
    assert told(checkout, "-c", NATIVE) == (0, "")


def test_the_tests_of_primitives_ask_for_no_more(checkout):
    tests = (
        "tests/primitives",
        "tests/test_numerics.py",
        "tests/executors/native/ir/test_facts.py",
    )
    grown = "tests/executors/native/test_random_programs.py::"
    grown += "test_every_primitive_grows_and_has_classes_and_a_bound"
    names = " or ".join([*ADDED, "every_primitive", "one_row", "how_exact"])
    quiet = ("-q", "-n", "0", "-p", "no:cacheprovider")
    code, text = told(checkout, "-m", "pytest", *quiet, *tests, grown, "-k", names)
    assert code == 0, text
    assert " passed" in text


def test_its_code_is_in_the_house_style(checkout):
    for command in (("check",), ("format", "--check")):
        code, text = told(checkout, "-m", "ruff", *command, "-q", "--no-cache", ".")
        assert code == 0, text
