"""What an optimizer is given: which parameters it takes, and which parts steps follow."""

import pytest

import pellucid as pc
from pellucid import optim
from pellucid.errors import OptionError
from pellucid.optim.optimized import checked


def test_parameters_are_taken_in_their_order():
    given = {"b": pc.Parameter([1.0]), "a": pc.Parameter([2.0])}
    assert list(checked("SGD", given)) == ["b", "a"]
    with pytest.raises(OptionError, match=r"SGD: parameters dict\. Give a dict of at least one"):
        checked("SGD", {})


class Growing(optim.Schedule):
    """A schedule of the user's own, which can be changed."""

    def __init__(self):
        self.first = 0.1

    def rate(self, step):
        return step * 0.0 + self.first


def test_compiled_steps_follow_what_can_change_and_leave_what_is_frozen():
    w = pc.Parameter([2.0])
    schedule = Growing()
    optimizer = optim.SGD({"w": w}, schedule, clip=optim.ByValue(10.0))
    step = pc.compile(lambda: optimizer.minimize((w * 3.0).sum()))
    step()
    schedule.first = 0.2
    step()
    assert w.value.item() == pytest.approx(2.0 - 3.0 * (0.1 + 0.2))
