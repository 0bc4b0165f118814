"""A metrics file is gone on with only where every line is a row like the others."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from pellucid.errors import FileError
from pellucid.io import truncate_jsonl
from pellucid.train import RunFolder
from pellucid.train.run_files.checkpoint import ENTRY, Checkpoint
from pellucid.train.run_files.metric_rows import check_rows

STEP = {"kind": "step", "step": 1, "epoch": 1, "loss": 0.5}
EPOCH = {"kind": "epoch", "step": 1, "epoch": 1, "train_loss": math.nan}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({**STEP, "kind": "stgp"}, "line 3 is of kind 'stgp'; there are step, epoch, validation"),
    ({"loss": 1.0}, "line 3 is of kind None"),
    ({**STEP, "step": "2"}, "line 3 has the step '2'"),
    ({**STEP, "step": 2.0}, "line 3 has the step 2.0"),
    ({**STEP, "epoch": -1}, "line 3 has the epoch -1"),
    ({**STEP, "step": True}, "line 3 has the step True"),
    ({**STEP, "loss": None}, "line 3 has None for 'loss'"),
    ({**STEP, "loss": [1.0]}, "line 3 has .* for 'loss', which is no number"),
    ({**STEP, "more": 1.0}, "line 3 has epoch, kind, loss, more, step, line 1 epoch, kind, loss"),
    ({"kind": "epoch", "step": 1, "epoch": 1}, "line 3 has epoch, kind, step, line 2 epoch, kind"),
]


@pytest.mark.parametrize(("line", "message"), WRONG, ids=str)
def test_a_line_unlike_the_others_is_named(line: dict[str, Any], message: str) -> None:
    check_rows("here", [STEP, EPOCH, STEP, EPOCH])
    with pytest.raises(FileError, match=rf"here: {message}.*The file was changed or is damaged"):
        check_rows("here", [STEP, EPOCH, line])


def test_a_run_with_such_a_line_is_not_gone_on_with(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", {})
    run.append([STEP, {"kind": "step", "step": 1, "epoch": 1}])
    with pytest.raises(FileError, match=r"resume .*metrics\.jsonl: line 2 has epoch, kind, step"):
        run.rewind(1, 2)


@pytest.mark.parametrize("step", ["x", 1.5, None, [1], True])
def test_a_step_that_is_no_number_is_named_when_a_file_is_cut(tmp_path: Path, step: Any) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text(json.dumps(STEP) + "\n" + json.dumps({"step": step}) + "\n")
    with pytest.raises(FileError, match=r"truncate .*m\.jsonl: line 2 has the step"):
        truncate_jsonl(file, 5)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 100_000, "9" * 5000, "[]", "\ud800"])
def test_a_config_that_is_no_object_is_damaged(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(FileError, match=r"read .*config\.json: .* damaged"):
        RunFolder.open(tmp_path)


def test_a_config_of_a_terabyte_is_refused_by_its_size(tmp_path: Path) -> None:
    with (tmp_path / "config.json").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(FileError, match=r"1,099,511,627,776 bytes\. At most 67,108,864"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ("[" * 100_000, "RecursionError"),
        ('{"position": {"step": Infinity}}', "OverflowError"),
        ('{"position": {"step": 1e400}}', "OverflowError"),
        ('{"position": {"step": NaN}}', "ValueError"),
    ],
    ids=["deep", "infinite", "huge", "nan"],
)
def test_an_entry_that_makes_no_sense_is_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, kind: str
) -> None:
    monkeypatch.setattr("pellucid.io.safetensors.load", lambda path: ({}, {ENTRY: entry}))
    with pytest.raises(FileError, match=rf"is damaged \({kind}"):
        Checkpoint.load(tmp_path / "step")
