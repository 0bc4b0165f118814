from collections.abc import Callable

import numpy as np
import pytest
from train.conftest import Net, blobs

from pellucid.errors import CapacityError, OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.train import LargestBatch, Options, Trainer, largest_batch

Make = Callable[..., Trainer]


def trainer(executor: str) -> Trainer:
    model = Net()
    options = Options(batch_size=16, executor=executor)
    data = blobs(4000)
    return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), data, None, options)


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("memory", [9_000, 100_000, 500_000])
def test_it_is_the_largest_whose_program_fits(executor: str, memory: int) -> None:
    task = trainer(executor)
    found = largest_batch(task, memory)
    step = task._program
    assert found.needed == step.room_for(np.arange(found.size)) <= memory
    assert step.room_for(np.arange(found.size + max(1, found.size // 64) + 1)) > memory
    assert found.usual_needed == step.room_for(np.arange(16))


def test_what_is_told_is_what_the_compiled_program_sets_aside() -> None:
    task = trainer("native")
    rows = np.arange(16)
    with task.model.mode(training=True):
        program = task._program._compiled._native((rows,))
    assert task._program.room_for(rows) == program.code.arena_bytes


def test_without_a_limit_small_data_fit_as_a_whole(make: Make) -> None:
    found = largest_batch(make())
    assert (found.size, found.is_all, found.usual) == (70, True, 16)
    assert str(found).startswith("largest batch: 70 samples, all there are\na step with it takes ")


def test_what_cannot_be_is_refused(make: Make) -> None:
    with pytest.raises(CapacityError, match=r"a step with one sample takes 1.. kB, there are"):
        largest_batch(make(), 100)
    with pytest.raises(OptionError, match=r"memory is 0. It counts bytes"):
        largest_batch(make(), 0)
    assert "with 16 samples, as now, 30 bytes" in str(LargestBatch(5, 10, 20, 16, 30))
