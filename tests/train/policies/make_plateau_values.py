"""Write plateau_values.json: the rates of PyTorch's ReduceLROnPlateau, for test_plateau.

Run it with PyTorch installed:  python tests/train/policies/make_plateau_values.py
Of each rule, the measured values of 100 epochs, and the rate after each of them, from 0.1.
"""

import json
from pathlib import Path

import numpy as np
import torch

RULES = {
    "plain": {"patience": 3, "threshold": 0.0, "threshold_mode": "abs", "eps": 0.0},
    "absolute": {
        "patience": 2,
        "threshold": 0.02,
        "threshold_mode": "abs",
        "cooldown": 4,
        "factor": 0.5,
        "eps": 0.0,
    },
    "relative": {
        "patience": 1,
        "threshold": 0.05,
        "threshold_mode": "rel",
        "cooldown": 1,
        "factor": 0.7,
        "min_lr": 0.003,
        "eps": 0.0,
    },
    "upwards": {
        "mode": "max",
        "patience": 2,
        "threshold": 0.01,
        "threshold_mode": "rel",
        "factor": 0.9,
        "eps": 0.0,
    },
}


def values(seed, upwards):
    """A loss that falls with noise; or a score that rises."""
    numbers = np.random.default_rng(seed)
    loss = 1.0 / (1.0 + 0.1 * np.arange(100)) + numbers.normal(0.0, 0.05, 100) + 0.3
    return ((2.0 - loss) if upwards else loss).tolist()


def run(name, seed):
    """The values, and the rate after each."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    rule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **RULES[name])
    given, rates = values(seed, "mode" in RULES[name]), []
    for value in given:
        optimizer.step()
        rule.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    return {"values": given, "rates": rates}


def main():
    """Write the file beside this one."""
    found = {name: run(name, seed) for seed, name in enumerate(RULES)}
    written = json.dumps({"torch": torch.__version__} | found)
    Path(__file__).with_name("plateau_values.json").write_text(written + "\n")


if __name__ == "__main__":
    main()
