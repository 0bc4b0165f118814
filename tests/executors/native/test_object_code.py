"""Moving the code of the compiler changes no byte of what it makes (`--update-golden` if meant).

The digests belong to the version of llvmlite that their folder is named by.
"""

from pathlib import Path

import llvmlite
import pytest
from executors.native.object_code import digests

from pellucid.bench.workloads import WORKLOADS
from pellucid.executors.native.machine import target as targets

VERSION = llvmlite.__version__
GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.skipif(
    targets.host().triple != "x86_64-unknown-linux-gnu", reason="digests are those of Linux on x86"
)
@pytest.mark.parametrize("name", WORKLOADS)
def test_the_object_code_of_a_workload_is_the_one_written_down(name, golden):
    path = f"object_code/llvmlite-{VERSION}/{name}.txt"
    if not (GOLDEN / path).parent.is_dir():
        pytest.skip(f"no digests for llvmlite {VERSION}")
    golden(path, digests(name))
