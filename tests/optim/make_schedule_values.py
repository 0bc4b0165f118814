"""Write schedule_values.json: the rates of PyTorch's schedulers, for test_decays and test_phases.

Run it with PyTorch installed:  python tests/optim/make_schedule_values.py
Each is a list of the learning rates of 100 updates, from a rate of 0.1, in float64.
"""

import json
from pathlib import Path

import torch

schedule = torch.optim.lr_scheduler
STEPS = 100


def chained(o):
    """A rise in a straight line, half a cosine, and what is left of it going down by powers."""
    parts = [
        schedule.LinearLR(o, start_factor=0.1, end_factor=1.0, total_iters=10),
        schedule.ExponentialLR(o, gamma=0.9),
        schedule.LinearLR(o, start_factor=0.5, end_factor=0.01, total_iters=40),
    ]
    return schedule.SequentialLR(o, parts, milestones=[10, 40])


SCHEDULES = {
    "linear": lambda o: schedule.LinearLR(o, 1.0, 0.05, total_iters=60),
    "linear rise": lambda o: schedule.LinearLR(o, 0.2, 1.0, total_iters=60),
    "polynomial": lambda o: schedule.PolynomialLR(o, total_iters=60, power=0.9),
    "polynomial square": lambda o: schedule.PolynomialLR(o, total_iters=100, power=2.0),
    "restarts": lambda o: schedule.CosineAnnealingWarmRestarts(o, 15, eta_min=0.01),
    "restarts doubled": lambda o: schedule.CosineAnnealingWarmRestarts(o, 7, 2),
    "restarts tripled": lambda o: schedule.CosineAnnealingWarmRestarts(o, 1, 3, eta_min=0.001),
    "chained": chained,
}


def rates(name):
    """The learning rates of all updates."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    made = SCHEDULES[name](optimizer)
    found = []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        made.step()
    return found


def main():
    """Write the file beside this one."""
    values = {"torch": torch.__version__} | {name: rates(name) for name in SCHEDULES}
    Path(__file__).with_name("schedule_values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
