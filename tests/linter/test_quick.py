"""What is done before every training is little: few modules are loaded for it."""

import subprocess
import sys

CODE = """
import sys
import numpy as np
from pellucid import functional, nn, optim
from pellucid.data import from_arrays
from pellucid.train import Options, Trainer
x = np.linspace(-1, 1, 80, dtype=np.float32).reshape(20, 4)
data = from_arrays(x, np.arange(20) % 2)
model = nn.Sequential(nn.Linear(4, 2))
options = Options(executor="reference", lint={lint})
trainer = Trainer(model, functional.cross_entropy, optim.SGD(model.parameters(), 0.1), data,
                  data[:0:-1], options)
before = set(sys.modules)
import warnings
warnings.simplefilter("ignore")
trainer.fit(1)
print(*sorted(set(sys.modules) - before))
"""


def loaded(*, lint: bool) -> set[str]:
    """The modules that a first `fit` loads."""
    code = CODE.format(lint=lint)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_no_module_is_loaded_that_only_a_closer_look_needs() -> None:
    found = loaded(lint=True) - loaded(lint=False)
    assert {name.rpartition(".")[0] for name in found} <= {
        "pellucid",
        "pellucid.linter",
        "pellucid.train",
        "pellucid.languages",
    }
    closer = ("looking", "measured", "table", "linting", "start_checks", "rate_checks")
    assert found & {f"pellucid.linter.{name}" for name in closer} == set()


def test_who_wants_no_checks_loads_none() -> None:
    assert not any(name.startswith("pellucid.linter") for name in loaded(lint=False))
