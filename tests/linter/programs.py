"""Programs with one mistake each, and programs that look like them and are right.

Table      those of a file of tests: `fault(code)` and `right` note them by name
points, line, images
           data: classes, numbers to predict, pictures
net, program, adam
           a small network, the arguments of `lint`, an optimizer
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid import functional as f
from pellucid import nn, optim
from pellucid.data import Dataset, from_arrays
from pellucid.linter import Findings, lint

Program = dict[str, Any]
Build = Callable[[], Program]


@dataclass
class Table:
    """Programs by name: those with a mistake, with the check that finds it, and right ones."""

    faults: dict[str, tuple[str, Build]] = field(default_factory=dict)
    rights: dict[str, Build] = field(default_factory=dict)

    def fault(self, code: str) -> Callable[[Build], Build]:
        """Note a program with a mistake."""

        def noted(build: Build) -> Build:
            self.faults[build.__name__] = code, build
            return build

        return noted

    def right(self, build: Build) -> Build:
        """Note a program that is right."""
        self.rights[build.__name__] = build
        return build

    def found(self, name: str) -> Findings:
        """What the linter finds in a program."""
        build = self.faults[name][1] if name in self.faults else self.rights[name]
        return lint(**build())

    def check_fault(self, name: str) -> None:
        """Fail unless the mistake is found, once, with everything that a finding says."""
        code, found = self.faults[name][0], self.found(name)
        assert code in found.codes, str(found)
        first = next(each for each in found if each.code == code)
        assert all((first.what, first.why, first.remedy)), first
        assert any(c.isdigit() for c in first.where + first.what + first.why), first

    def check_right(self, name: str) -> None:
        """Fail where there is a warning, or an error."""
        found = self.found(name)
        assert [each for each in found if each.severity != "note"] == [], str(found)


def points(count: int = 200, seed: int = 0, classes: int = 3, features: int = 6) -> Dataset:
    """Normal numbers, with as many samples of each class."""
    x = np.random.default_rng(seed).normal(size=(count, features)).astype(np.float32)
    return from_arrays(x, np.arange(count) % classes, classes=classes, name="points")


def line(count: int = 200, seed: int = 0) -> Dataset:
    """Numbers to predict, one for each sample: (samples,)."""
    x = np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)
    return from_arrays(x, x[:, 0] - x[:, 1], classes=0, name="line")


def images(count: int = 64, classes: int = 3) -> Dataset:
    """Pictures of 8 x 8, of two channels."""
    x = np.random.default_rng(0).normal(size=(count, 2, 8, 8)).astype(np.float32)
    return from_arrays(x, np.arange(count) % classes, classes=classes, name="images")


def net(*last: nn.Module, outputs: int = 3) -> nn.Module:
    """Two layers for points, and what stands behind them."""
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, outputs), *last)


def program(
    model: nn.Module, loss: Any = f.cross_entropy, data: Any = None, **more: Any
) -> Program:
    """The arguments of `lint`."""
    return {"model": model, "loss": loss, "data": points() if data is None else data, **more}


def adam(model: nn.Module, **more: Any) -> Any:
    return optim.Adam(model.parameters(), 0.01, **more)
