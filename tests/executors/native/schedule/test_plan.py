"""Places in memory: nothing alive is overwritten, and variables change in place where they can."""

import pytest
from executors.native.examples import procedure, same
from executors.native.programs import seeded

from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.plan import ALIGNMENT, CopyBack


def copies(made):
    return [k for k in planned(made).plan.kernels if isinstance(k, CopyBack)]


def spans(shared):
    """For each value in the arena: where it begins and ends, and when it is needed."""
    plan, views = shared.plan, shared.views
    found = {}
    for i, kernel in enumerate(plan.kernels):
        for value in kernel.stores:
            place = plan.places[value.name]
            if place.slot == plan.arena_slot:
                size = views.gaps.room(value)
                found[value.name] = [place.offset, place.offset + size, i, i]
        source = [kernel.source] if isinstance(kernel, CopyBack) else []
        for value in (*source, *(v for node in kernel.nodes for v in node.inputs)):
            base = views[value].base.name
            if base in found:
                found[base][3] = i
    return found


@pytest.fixture(scope="module", params=range(200))
def shared(request):
    """Random programs, planned once for all that is asked of each."""
    return planned(seeded(request.param).procedure)


def test_no_two_values_that_are_alive_at_once_overlap(shared):
    found = sorted(spans(shared).items())
    for i, (name, (start, end, born, died)) in enumerate(found):
        assert start % ALIGNMENT == 0
        assert end <= shared.plan.arena_bytes
        for other, (start2, end2, born2, died2) in found[:i]:
            apart = end <= start2 or end2 <= start or died < born2 or died2 < born
            assert apart, (name, other)


def test_every_kernel_comes_after_what_makes_its_operands(shared):
    made = {v.name for k in shared.plan.kernels for v in k.stores}
    done = set()
    for kernel in shared.plan.kernels:
        own = {node.output.name for node in kernel.nodes}
        needed = {shared.views[v].base.name for node in kernel.nodes for v in node.inputs}
        assert (needed & made) - own <= done
        done |= {value.name for value in kernel.stores}


def test_memory_is_used_again():
    made = procedure("""graph(x: float32[64,64])
      %0: float32[64,64] = matmul() of (x, x)
      %1: float32[64,64] = matmul() of (%0, %0)
      %2: float32[64,64] = matmul() of (%1, %1)
      %3: float32[64,64] = matmul() of (%2, %2)
      %4: float32[64,64] = matmul() of (%3, %3)
      return %4""")
    assert planned(made).plan.arena_bytes == 2 * 64 * 64 * 4


def test_an_elementwise_update_happens_in_place():
    made = procedure(
        """graph(x: float32[9], w: float32[9])
      %0: float32[9] = subtract() of (w, x)
      return""",
        {"w": "%0"},
    )
    assert not copies(made)
    assert planned(made).plan.arena_bytes == 0
    assert same(made) is None


def test_an_update_in_place_waits_for_other_readers():
    made = procedure(
        """graph(x: float32[9,9], w: float32[9,9])
      %0: float32[9,9] = subtract() of (w, x)
      %1: float32[9,9] = matmul() of (x, w)
      return %1""",
        {"w": "%0"},
    )
    assert not copies(made)
    assert [k.nodes[0].primitive.name for k in planned(made).plan.kernels] == ["matmul", "subtract"]
    assert same(made) is None


def test_a_matrix_that_is_multiplied_by_itself_is_copied():
    made = procedure(
        """graph(w: float32[9,9])
      %0: float32[9,9] = matmul() of (w, w)
      return""",
        {"w": "%0"},
    )
    assert len(copies(made)) == 1
    assert same(made) is None


IN_PLACE_OR_NOT = {
    "swap": (
        """graph(w0: float32[9], w1: float32[9])
          return""",
        {"w0": "w1", "w1": "w0"},
    ),
    "swap of matrices behind products": (
        """graph(x: float32[9,9], w0: float32[9,9], w1: float32[9,9])
          %0: float32[9,9] = matmul() of (x, w0)
          %1: float32[9,9] = matmul() of (x, w1)
          return""",
        {"w0": "%1", "w1": "%0"},
    ),
    "rotation of three": (
        """graph(w0: float32[40], w1: float32[40], w2: float32[40])
          %0: float32[40] = exp() of (w0)
          return %0""",
        {"w0": "w1", "w1": "w2", "w2": "%0"},
    ),
    "transposed": (
        """graph(w: float32[17,17])
          %0: float32[17,17] = permute_dims(axes=(1, 0)) of (w)
          return w""",
        {"w": "%0"},
    ),
    "reversed": (
        """graph(w: float32[33])
          %0: float32[33] = flip(axis=(0,)) of (w)
          return""",
        {"w": "%0"},
    ),
    "turned into its shape": (
        """graph(w: float32[3,5])
          %0: float32[5,3] = permute_dims(axes=(1, 0)) of (w)
          %1: float32[3,5] = reshape(to=(3, 5)) of (%0)
          return""",
        {"w": "%1"},
    ),
    "plus its transpose": (
        """graph(w: float32[17,17])
          %0: float32[17,17] = permute_dims(axes=(1, 0)) of (w)
          %1: float32[17,17] = add() of (w, %0)
          return""",
        {"w": "%1"},
    ),
    "shifted along itself": (
        """graph(w: float32[1,33])
          %0: float32[1,1] = slice(start=(0, 4), count=(1, 1), step=(1, 1)) of (w)
          %1: float32[1,33] = subtract() of (w, %0)
          return""",
        {"w": "%1"},
    ),
    "divided by its own sum, and read in a second pass": (
        """graph(w: float32[5,33])
          %0: float32[5,33] = negative() of (w)
          %1: float32[5,1] = sum(axis=(1,)) of (w)
          %2: float32[5,33] = divide() of (w, %1)
          return %2""",
        {"w": "%0"},
    ),
    "read in a second pass, beside a sum of something else": (
        """graph(x: float32[5,33], w: float32[5,33])
          %0: float32[5,33] = negative() of (w)
          %1: float32[5,33] = multiply() of (w, x)
          %2: float32[5,1] = sum(axis=(1,)) of (%1)
          %3: float32[5,33] = divide() of (w, %2)
          return %3""",
        {"w": "%0"},
    ),
    "each read by the other's update behind one product": (
        """graph(x: float32[9,7], y: float32[7,11], w0: float32[9,11], w1: float32[9,11])
          %0: float32[9,11] = matmul() of (x, y)
          %1: float32[9,11] = add() of (%0, w0)
          %2: float32[9,11] = multiply() of (%0, w1)
          return""",
        {"w0": "%2", "w1": "%1"},
    ),
    "normalised by its own sum": (
        """graph(w: float32[5,33])
          %0: float32[5,1] = sum(axis=(1,)) of (w)
          %1: float32[5,33] = divide() of (w, %0)
          return""",
        {"w": "%1"},
    ),
    "result and new value at once": (
        """graph(x: float32[7], w: float32[7])
          %0: float32[7] = add() of (w, x)
          %1: float32[7] = exp() of (%0)
          return %0, %1, w""",
        {"w": "%0"},
    ),
    "running mean that a product reads": (
        """graph(x: float32[6,8], w: float32[1,8])
          %0: float32[1,8] = sum(axis=(0,)) of (x)
          %1: float32[1,8] = add() of (w, %0)
          %2: float32[6,8] = subtract() of (x, w)
          %3: float32[6,8] = multiply() of (%2, %1)
          return %3""",
        {"w": "%1"},
    ),
    "an argument": ("graph(x: float32[7], w: float32[7])\n return w", {"w": "x"}),
    "itself": ("graph(w: float32[7])\n return w", {"w": "w"}),
    "momentum": (
        """graph(x: float32[50], w0: float32[50], w1: float32[50])
          %c0: float32[] = constant [0.9]
          %0: float32[50] = multiply() of (w1, %c0)
          %1: float32[50] = add() of (%0, x)
          %2: float32[50] = subtract() of (w0, %1)
          return w1""",
        {"w1": "%1", "w0": "%2"},
    ),
}


@pytest.mark.parametrize("name", IN_PLACE_OR_NOT)
def test_updates_take_the_values_from_before(name):
    assert same(procedure(*IN_PLACE_OR_NOT[name])) is None


@pytest.mark.parametrize("name", ["momentum", "swap", "itself"])
def test_updates_that_read_only_the_point_they_write_are_in_place(name):
    assert not copies(procedure(*IN_PLACE_OR_NOT[name]))


@pytest.mark.parametrize("name", ["transposed", "reversed", "plus its transpose"])
def test_updates_that_read_other_points_are_copied(name):
    assert copies(procedure(*IN_PLACE_OR_NOT[name]))
