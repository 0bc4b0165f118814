from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.io import safetensors
from pellucid.train import RunFolder, Saving, Trainer
from pellucid.train.run_files.budget import make_room, size_of
from pellucid.train.run_files.checkpoint import best_file, step_file

Make = Callable[..., Trainer]


def test_no_file_is_larger_than_is_said(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run", report=False))
    trainer.fit(1)
    (_, newest) = RunFolder.open(tmp_path / "run").checkpoint_files()
    arrays, _ = safetensors.load(newest)
    assert newest.stat().st_size <= size_of(arrays.values()) <= newest.stat().st_size + 6000


def test_what_is_oldest_goes_first_and_the_newest_and_the_best_never(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", {})
    steps = [step_file(folder.checkpoints, step) for step in (0, 10, 20)]
    best = [best_file(folder.checkpoints, epoch) for epoch in (4, 9, 2)]
    for path in (*steps, *best):
        path.write_bytes(bytes(1000))
    assert make_room(folder, 7000, 1000, (4, 9, 2)) == []
    assert make_room(folder, 6000, 1000, (4, 9, 2)) == steps[:1]
    assert make_room(folder, 1, 10**9, (4, 9, 2)) == [steps[1], best[2], best[1]]
    assert folder.checkpoint_files() == steps[2:]
    assert folder.best_epochs() == [4]


def test_a_run_stays_within_its_budget_and_says_what_went(make: Make, tmp_path: Path) -> None:
    model = size_of(make().model.state_dict().values())
    whole = size_of(v.numpy() for v in make().variables().values())
    budget = 2 * model + 4 * whole
    saving = Saving(
        tmp_path / "run", every_steps=1, checkpoints=99, budget=budget, report=False, graph=False
    )
    with pytest.warns(UserWarning, match="step-0000000000.safetensors was removed") as told:
        make(saving=saving).fit(3)
    assert len(told) == 1
    folder = RunFolder.open(tmp_path / "run")
    assert sum(file.stat().st_size for file in folder.checkpoints.iterdir()) <= budget
    assert 2 <= len(folder.checkpoint_files()) < 15
    newest = folder.newest_checkpoint()
    assert newest is not None
    assert newest.position.step == 15
    assert newest.best.epoch in folder.best_epochs()


def test_a_budget_without_room_for_what_must_stay_is_refused_before_files_are_made(
    make: Make, tmp_path: Path
) -> None:
    text = "Saving: budget is 20.0 kB. A checkpoint takes up to .* give at least [0-9,]+ bytes"
    with pytest.raises(OptionError, match=text) as error:
        make(saving=Saving(tmp_path / "run", budget=20_000)).fit(1)
    assert not (tmp_path / "run").exists()
    least = int(str(error.value).split()[-2].replace(",", ""))
    make(saving=Saving(tmp_path / "run", budget=least, report=False)).fit(1)


def test_bytes_are_those_of_the_arrays_and_a_header() -> None:
    assert size_of([np.zeros(1000)]) - 8000 == size_of([np.zeros(0)])
