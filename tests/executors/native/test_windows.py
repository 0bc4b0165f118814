"""Windows, padding and joining in machine code: views, planes, and the values of the reference."""

import pytest
from executors.native.examples import procedure, same

from pellucid.executors.native.planning import planned

POOL = """graph(x: float32[2,3,6,8])
    %0: float32[2,3,3,4,2,2] = windows(axis=(2, 3), size=(2, 2), stride=(2, 2), dilation=(1, 1)) of (x)
    %1: float32[2,3,3,4,1,1] = max(axis=(4, 5)) of (%0)
    %2: float32[2,3,3,4,2,2] = broadcast_to(to=(2, 3, 3, 4, 2, 2)) of (%1)
    %3: bool[2,3,3,4,2,2] = equal() of (%0, %2)
    %4: float32[2,3,3,4,2,2] = cast(to=float32) of (%3)
    %5: float32[2,3,6,8] = overlap_add(axis=(2, 3), to=(6, 8), stride=(2, 2), dilation=(1, 1)) of (%4)
    return %1, %5"""  # noqa: E501


def names_of(made):
    return [kernel.name for kernel in planned(made).plan.kernels]


def test_windows_are_views_and_those_side_by_side_are_moved_back():
    found = names_of(procedure(POOL))
    assert not {"windows", "overlap_add", "pad"} & set("+".join(found).split("+"))
    assert same(procedure(POOL)) is None


CASES = [
    ("x: float32[3,7,9]", "float32[3,11,9]", "pad(before=(0, 1, 0), after=(0, 3, 0), "
     "interior=(0, 0, 0), value=7.0)"),
    ("x: float32[3,7,33]", "float32[5,15,37]", "pad(before=(1, 1, 0), after=(1, 1, 4), "
     "interior=(0, 1, 0), value=-1.0)"),
    ("x: float32[3,9]", "float32[3,11]", "pad(before=(0, 1), after=(0, 1), interior=(0, 0), "
     "value=1e+300)"),
    ("x: bool[3,70]", "bool[3,90]", "pad(before=(0, 20), after=(0, 0), interior=(0, 0), "
     "value=1.0)"),
    ("x: float32[4,5,2,20,3]", "float32[4,11,2,20]", "overlap_add(axis=(1,), to=(11,), "
     "stride=(2,), dilation=(1,))"),
    ("x: float32[5,4,3,2]", "float32[12,13]", "overlap_add(axis=(0, 1), to=(12, 13), "
     "stride=(2, 3), dilation=(1, 2))"),
    ("x: float64[6,3]", "float64[20]", "overlap_add(axis=(0,), to=(20,), stride=(3,), "
     "dilation=(1,))"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_planes_are_filled_and_added_up_as_the_reference_does(case):
    source, result, primitive = case
    text = f"graph({source})\n    %0: {result} = {primitive} of (x)\n    return %0"
    assert same(procedure(text)) is None


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_arrays_are_joined_from_any_strides(axis):
    shape = [3, 5, 18]
    shape[axis] *= 2
    of = ",".join(map(str, shape))
    made = procedure(f"""graph(x: float32[3,5,18], z: float32[18,5,3])
    %0: float32[3,5,18] = permute_dims(axes=(2, 1, 0)) of (z)
    %1: float32[{of}] = concat(axis={axis}) of (x, %0)
    return %1""")
    assert names_of(made) == ["concat"]
    assert same(made) is None
