from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from train.conftest import StopAt

from pellucid.errors import FileError
from pellucid.train import Callback, EarlyStopping, Saving, Trainer

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


def metrics(folder: Path) -> bytes:
    return (folder / "metrics.jsonl").read_bytes()


@pytest.mark.parametrize("step", [0, 1, 3, 5, 7, 14])
def test_a_resumed_run_has_the_bits_of_an_uninterrupted_one(
    make: Make, same_bits: Same, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    whole = make(saving=Saving(tmp_path / "whole", report=False))
    whole.fit(3)
    saving = Saving(tmp_path / "parts", report=False)
    parts = make(saving=saving, callbacks=(StopAt(step),) if step else ())
    if step:
        parts.fit(3)
        assert parts.position.step == step
    else:
        parts._prepare()
    again = make(saving=saving)
    again.resume()
    assert again.position == parts.position
    assert again.history.steps == parts.history.steps
    again.fit(3)
    same_bits(whole, again)
    assert metrics(tmp_path / "whole") == metrics(tmp_path / "parts")
    assert whole.history.as_dict() == again.history.as_dict()


def test_patience_and_best_weights_survive(make: Make, tmp_path: Path) -> None:
    def trainer(folder: str, *callbacks: Callback) -> Trainer:
        made = make(
            saving=Saving(tmp_path / folder, report=False),
            early_stopping=EarlyStopping(patience=3),
            keep="best",
            callbacks=callbacks,
        )
        made.optimizer.learning_rate.assign(np.float32(0.3))
        return made

    whole = trainer("whole")
    expected = whole.fit(60)
    assert expected.best_epoch is not None
    # Stop between the best epoch and the end of patience.
    trainer("parts", StopAt(5 * (expected.best_epoch + 1))).fit(60)
    again = trainer("parts")
    again.resume()
    assert again.fit(60).as_dict() == expected.as_dict()
    assert again.history.restored_epoch == expected.restored_epoch
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(array, again.model.state_dict()[name])


def test_a_finished_run_can_be_trained_longer(make: Make, same_bits: Same, tmp_path: Path) -> None:
    whole = make()
    whole.fit(5)
    make(saving=Saving(tmp_path / "run", report=False)).fit(2)
    longer = make(saving=Saving(tmp_path / "run", report=False))
    longer.resume()
    longer.fit(5)
    same_bits(whole, longer)


def test_resuming_a_finished_run_changes_nothing(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(2)
    before = metrics(tmp_path / "run")
    again = make(saving=Saving(tmp_path / "run", report=False))
    again.resume()
    with pytest.warns(UserWarning, match="fit: nothing was trained, as all 2 epochs are done"):
        again.fit(2)
    assert metrics(tmp_path / "run") == before


def test_lines_after_the_checkpoint_and_a_torn_one_are_forgotten(
    make: Make, same_bits: Same, tmp_path: Path
) -> None:
    whole = make(saving=Saving(tmp_path / "whole", report=False))
    whole.fit(3)
    folder = tmp_path / "parts"
    make(saving=Saving(folder, report=False), callbacks=(StopAt(5),)).fit(3)
    with open(folder / "metrics.jsonl", "ab") as file:
        file.write(b'{"kind": "step", "step": 6, "epoch": 2, "loss": 9.0}\n{"kind": "st')
    again = make(saving=Saving(folder, report=False))
    again.resume()
    again.fit(3)
    same_bits(whole, again)
    assert metrics(tmp_path / "whole") == metrics(folder)


# ---- refusals ----------------------------------------------------------------------------


def test_a_folder_with_a_run_is_never_overwritten(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    before = metrics(tmp_path / "run")
    with pytest.raises(FileError, match=r"holds a run already. Resume it, or choose"):
        make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    assert metrics(tmp_path / "run") == before


def test_resuming_without_a_folder_is_refused(make: Make) -> None:
    with pytest.raises(FileError, match="this Trainer keeps no run folder"):
        make().resume()


def test_a_metrics_file_with_a_gap_is_refused(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(2)
    file = tmp_path / "run" / "metrics.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(FileError, match="holds 11 lines up to step 10; the checkpoint counts 12"):
        make(saving=saving).resume()
