"""How many CPUs a process may use: affinity, and quotas of both versions of Linux's groups."""

import os

import pytest

from pellucid.executors import cpus


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Eight CPUs, and a function that writes files of the system."""
    monkeypatch.setattr(cpus, "ROOT", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)

    def write(texts):
        for place, text in texts.items():
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / place).write_text(text)

    return write


SECOND = "sys/fs/cgroup"
FIRST = "sys/fs/cgroup/cpu"
OWN = "proc/self/cgroup"


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000", 8),
        ("400000 100000", 4),
        ("150000 100000", 2),
        ("110000 100000", 1),
        ("5000 100000", 1),
        ("9000000 100000", 8),
        ("200000 50000", 4),
        ("", 8),
        ("some more than two", 8),
        ("200000 0", 8),
    ],
)
def test_a_quota_of_the_second_version(files, quota, expected):
    files({OWN: "0::/\n", f"{SECOND}/cpu.max": f"{quota}\n"})
    assert cpus.available() == expected


def test_the_smallest_quota_of_all_groups_around_counts(files):
    files(
        {
            OWN: "0::/slice/job/step\n",
            f"{SECOND}/slice/cpu.max": "300000 100000",
            f"{SECOND}/slice/job/cpu.max": "max 100000",
            f"{SECOND}/slice/job/step/cpu.max": "500000 100000",
        }
    )
    assert cpus.available() == 3


@pytest.mark.parametrize("place", ["/", "/docker/0123", "/docker"])
def test_a_quota_of_the_first_version_in_its_own_folder_or_at_the_top(files, place):
    files(
        {
            OWN: f"5:memory:/elsewhere\n2:cpu,cpuacct:{place}\n0::/\n",
            f"{FIRST}/cpu.cfs_quota_us": "200000",
            f"{FIRST}/cpu.cfs_period_us": "100000",
            f"{FIRST}/docker/cpu.cfs_quota_us": "-1",
            f"{FIRST}/docker/cpu.cfs_period_us": "100000",
            f"{SECOND}/elsewhere/cpu.max": "100000 100000",
        }
    )
    assert cpus.available() == 2


def test_no_quota_is_all_that_the_process_may_run_on(files, monkeypatch):
    assert cpus.available() == 8  # no such files at all
    files({OWN: "3:cpu:/\n", f"{FIRST}/cpu.cfs_quota_us": "-1"})
    assert cpus.available() == 8
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    assert cpus.available() == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cpus.available() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cpus.available() == 1
