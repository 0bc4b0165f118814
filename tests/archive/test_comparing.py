"""Runs beside each other."""

import pytest
from archive.kept_runs import FORMAT_1

from pellucid.archive import listed
from pellucid.errors import OptionError


def test_settings_that_differ_are_told_and_others_not() -> None:
    found = listed(FORMAT_1).where("run~mlp").compare()
    assert found.runs == ["moons-mlp-1", "sine-mlp-1"]
    assert found.settings == {
        "data": ["moons", "sine"],
        "epochs": [3, 4],
        "l2": [None, 0.01],
        "early_stopping": [None, 3],
    }
    assert found.measures["validation_accuracy"] == [0.5, None]


def test_equal_runs_differ_in_no_setting() -> None:
    found = listed(FORMAT_1).where("data=moons").compare()
    assert found.settings == {}
    assert len(found.measures) == 4


def test_the_table_has_a_column_for_each_run() -> None:
    lines = repr(listed(FORMAT_1).where("run~mlp").compare()).splitlines()
    assert lines[0].split() == ["moons-mlp-1", "sine-mlp-1"]
    assert lines[3].split() == ["l2", "-", "0.01"]
    assert "kept epoch" in lines[5]


def test_a_program_reads_one_record_for_each_run() -> None:
    first, second = listed(FORMAT_1).where("run~mlp").compare().records()
    assert (first["run"], first["l2"], first["kept epoch"]) == ("moons-mlp-1", None, 3)
    assert list(first) == list(second)


def test_one_run_alone_is_compared_with_nothing() -> None:
    with pytest.raises(OptionError, match=r"compare: 1 run that can be read\. Give two or more"):
        listed(FORMAT_1 / "pets").compare()
