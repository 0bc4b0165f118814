"""How many CPUs a process may use, by affinity and quotas of both versions of Linux's groups.

And whether they are alike.
"""

import os
import platform

import pytest

from pellucid.executors import cpus


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Eight CPUs, and a function that writes files of the system."""
    monkeypatch.setattr(cpus, "ROOT", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(platform, "system", lambda: "Linux")

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


def test_groups_of_the_first_version_may_lie_in_a_folder_of_their_whole_name(files):
    files(
        {
            OWN: "2:cpu,cpuacct:/job\n",
            f"{SECOND}/cpu,cpuacct/job/cpu.cfs_quota_us": "300000",
            f"{SECOND}/cpu,cpuacct/job/cpu.cfs_period_us": "100000",
        }
    )
    assert cpus.available() == 3


CPU = "sys/devices/system/cpu/cpu"


def test_cpus_of_which_nothing_is_told_count_as_alike(files):
    assert cpus.are_alike()
    files({f"{CPU}0/cpu_capacity": "", f"{CPU}1/cpufreq/cpuinfo_max_freq": "about 5 GHz"})
    assert cpus.are_alike()


@pytest.mark.parametrize(
    ("told", "large", "small", "expected"),
    [
        ("cpu_capacity", 1024, 1024, True),
        ("cpu_capacity", 1024, 446, False),
        ("cpufreq/cpuinfo_max_freq", 6_000_000, 5_600_000, True),
        ("cpufreq/cpuinfo_max_freq", 5_100_000, 3_300_000, False),
    ],
)
def test_cpus_that_are_much_slower_than_others_are_not_like_them(
    files, monkeypatch, told, large, small, expected
):
    files({f"{CPU}{cpu}/{told}": f"{large if cpu < 6 else small}\n" for cpu in range(8)})
    assert cpus.are_alike() == expected
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {6, 7})
    assert cpus.are_alike()  # only those that the process may run on count


def test_small_cores_beside_large_ones_are_listed_for_counters(files, monkeypatch):
    files({"sys/devices/cpu_core/cpus": "0-3\n", "sys/devices/cpu_atom/cpus": "4-5,7\n"})
    assert not cpus.are_alike()
    for allowed in ({0, 1, 6}, {4, 7}):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, allowed=allowed: allowed)
        assert cpus.are_alike()


def test_macs_with_arm64_have_two_kinds(files, monkeypatch):
    files({})
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert not cpus.are_alike()
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.delattr(os, "sched_getaffinity")
    assert cpus.are_alike()
