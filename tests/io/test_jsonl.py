"""Metrics files: whole lines count, torn ones do not, and resuming never leaves a trace of them."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import DataError, FileError
from pellucid.io.jsonl import append_jsonl, read_jsonl, read_jsonl_kind, truncate_jsonl

STEPS = [{"step": step, "loss": 1 / step} for step in (1, 2, 3)]


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.jsonl"
    append_jsonl(path, STEPS)
    return path


def test_records_come_back_in_order(metrics: Path) -> None:
    append_jsonl(metrics, [{"step": 4, "name": "é\n☃", "nested": {"a": [1, None, True]}}])
    assert read_jsonl(metrics) == [
        *STEPS,
        {"step": 4, "name": "é\n☃", "nested": {"a": [1, None, True]}},
    ]
    assert len(metrics.read_bytes().splitlines()) == 4


def test_numpy_numbers_keep_their_value(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    loss = np.float32(0.1)
    append_jsonl(path, [{"loss": loss, "step": np.int64(7), "counts": np.arange(3)}])
    (record,) = read_jsonl(path)
    assert np.float32(record["loss"]) == loss
    assert record["step"] == 7
    assert record["counts"] == [0, 1, 2]


def test_values_that_are_not_finite_are_valid_json_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append_jsonl(path, [{"loss": math.nan, "norms": [np.float32(np.inf), -math.inf]}])

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    json.loads(path.read_text(), parse_constant=refuse)
    (record,) = read_jsonl(path)
    assert math.isnan(record["loss"])
    assert record["norms"] == [math.inf, -math.inf]


@given(
    st.lists(
        st.dictionaries(
            st.text(),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=5,
            ),
        ),
        max_size=4,
    ),
    st.integers(0, 10_000),
)
def test_a_file_torn_anywhere_gives_its_whole_lines_and_takes_the_next_record(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("torn") / "metrics.jsonl"
    append_jsonl(path, records)
    content = path.read_bytes()
    whole = content[: cut % (len(content) + 1)]
    path.write_bytes(whole)
    kept = records[: whole.count(b"\n")]
    assert read_jsonl(path) == kept
    append_jsonl(path, [{"next": 1}])
    assert read_jsonl(path) == [*kept, {"next": 1}]


def test_a_torn_line_longer_than_one_block_is_cut_off(metrics: Path) -> None:
    with metrics.open("ab") as file:
        file.write(b'{"text": "' + b"x" * 10_000)
    append_jsonl(metrics, [{"step": 4}])
    assert read_jsonl(metrics) == [*STEPS, {"step": 4}]


@pytest.mark.parametrize(("step", "left"), [(0, 0), (1, 1), (2, 2), (3, 3), (99, 3)])
def test_truncation_forgets_the_steps_after(metrics: Path, step: int, left: int) -> None:
    assert truncate_jsonl(metrics, step) == left
    assert read_jsonl(metrics) == STEPS[:left]


def test_truncation_keeps_records_without_step_and_drops_the_torn_line(metrics: Path) -> None:
    append_jsonl(metrics, [{"epoch": 1}, {"step": 4}, {"epoch": 2}])
    with metrics.open("ab") as file:
        file.write(b'{"step": 5')
    assert truncate_jsonl(metrics, 4) == 6
    assert metrics.read_bytes().endswith(b'{"epoch": 2}\n')
    assert truncate_jsonl(metrics, 3) == 4
    assert read_jsonl(metrics) == [*STEPS, {"epoch": 1}]


@pytest.mark.parametrize(
    "line", [b"{broken\n", b"\x00\x00\n", b"\xff\n", b"\n", b"[" * 99999 + b"\n"]
)
def test_damage_before_the_end_is_named_with_its_line(metrics: Path, line: bytes) -> None:
    content = metrics.read_bytes()
    metrics.write_bytes(content + line + content)
    with pytest.raises(FileError, match=r"metrics\.jsonl: line 4 is not JSON"):
        read_jsonl(metrics)


def test_a_line_that_is_no_object_is_refused(metrics: Path) -> None:
    with metrics.open("ab") as file:
        file.write(b"[1]\n")
    with pytest.raises(FileError, match=r"line 4 holds \[1\]\. Each line is one JSON object"):
        read_jsonl(metrics)


def test_a_record_that_json_cannot_say_is_refused_before_anything_is_written(metrics: Path) -> None:
    before = metrics.read_bytes()
    with pytest.raises(DataError, match=r"metrics\.jsonl: the record .* cannot be written as JSON"):
        append_jsonl(metrics, [{"step": 4}, {"step": object()}])
    assert metrics.read_bytes() == before


def test_a_missing_file_or_folder_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"read .*none\.jsonl: No such file"):
        read_jsonl(tmp_path / "none.jsonl")
    with pytest.raises(FileError, match=r"append to .*: No such file .* Create the folder"):
        append_jsonl(tmp_path / "none" / "metrics.jsonl", STEPS)
    with pytest.raises(FileError, match=r"append to .*: Is a directory"):
        append_jsonl(tmp_path, STEPS)


def test_a_full_disk_is_one_error_and_the_file_keeps_what_it_held(small_disk: Path) -> None:
    path = small_disk / "metrics.jsonl"
    append_jsonl(path, STEPS, durable=True)
    with pytest.raises(FileError, match=r"append to .*metrics\.jsonl: No space left on device"):
        append_jsonl(path, [{"text": "x" * 1000}] * 100)
    assert read_jsonl(path) == STEPS
    assert path.read_bytes().endswith(b"\n")


def test_a_whole_number_that_floats_do_not_hold_is_damage(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1, "loss": ' + "9" * 400 + "}\n")
    with pytest.raises(FileError, match=r"line 1 is not JSON \(a whole number of 400 digits\)"):
        read_jsonl(path)


def test_lines_of_one_kind_are_read_and_others_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_bytes(b'{"kind": "a"}\nbroken\n{"kind": "b", "x": 1}\n{"kind": "a"}\n{"kind": "b"')
    assert read_jsonl_kind(file, b'{"kind": "b"') == [{"kind": "b", "x": 1}]
    assert read_jsonl_kind(file, b'{"kind": "a"') == 2 * [{"kind": "a"}]
    file.write_bytes(b'{"kind": "a"}\n\n{"kind": "b" x}\n')
    with pytest.raises(FileError, match="line 3 is not JSON"):
        read_jsonl_kind(file, b'{"kind": "b"')
