"""What is decided for speed alone stays decided: `--update-golden` where a change is meant."""

import pytest
from executors.native.decisions import schedule_of, sharing_code, tilings

from pellucid.bench.workloads import WORKLOADS


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_schedule_of_a_workload_is_the_one_written_down(name, golden):
    golden(f"schedules/{name}.txt", schedule_of(name))


def test_the_products_of_the_benchmarks_are_cut_as_written_down(golden):
    golden("schedules/tilings.txt", tilings())


def test_the_code_by_which_threads_share_work_is_the_one_written_down(golden):
    golden("schedules/sharing.txt", sharing_code())
