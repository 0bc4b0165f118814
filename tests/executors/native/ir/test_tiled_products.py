"""Whole programs in tile registers, by their emulation; and where they are used at all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from executors.native.emulated_tiles import HERE, TILED, in_tile_order, on_tiles
from executors.native.programs import small_chunks
from executors.native.test_interrupted import stopped_at

import pellucid as pc
from pellucid import functional, nn, optim
from pellucid.compile import capture
from pellucid.executors.native.ir.tiled_products import rounds, target_for
from pellucid.executors.threads import set_threads, threads
from pellucid.graph import Procedure

RNG = np.random.default_rng(0)


def normal(*shape: int) -> Any:
    return RNG.normal(size=shape).astype(np.float32)


def rounded(x: Any) -> Any:
    return pc.apply(pc.primitives.RoundedToBfloat16(), pc.tensor(x)).numpy()


def product(executor: str = "native") -> Any:
    return pc.compile(lambda a, b: a @ b, executor=executor, precision="bfloat16")


@pytest.fixture
def _threads() -> Any:
    before = threads()
    yield
    set_threads(before)


@pytest.mark.parametrize(
    ("a", "b"),
    [((60, 77), (77, 45)), ((3, 20, 40), (3, 40, 24)), ((2, 3, 17, 33), (33, 9))],
    ids=["matrices", "a batch", "one matrix for a batch"],
)
def test_products_of_programs_have_the_order_of_tiles(a: Any, b: Any, tmp_path: Path) -> None:
    left, right = normal(*a), normal(*b)
    with on_tiles(tmp_path):
        found = product()(left, right).numpy()
    lefts = rounded(left).reshape(-1, *a[-2:])
    rights = np.broadcast_to(rounded(right), (*a[:-2], *b[-2:])).reshape(-1, *b[-2:])
    pairs = zip(lefts, rights, strict=True)
    wanted = np.stack([in_tile_order(*both) for both in pairs]).reshape(found.shape)
    np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32))


def test_exact_programs_and_those_without_permission_have_the_order_of_all_cpus(
    tmp_path: Path,
) -> None:
    a, b = normal(64, 100), normal(100, 48)
    usual = product()(a, b).numpy()
    with on_tiles(tmp_path):
        assert product()(a, b).numpy().tobytes() != usual.tobytes()
        assert product("native-exact")(a, b).numpy().tobytes() == usual.tobytes()
    with on_tiles(tmp_path, permitted=False):
        assert product()(a, b).numpy().tobytes() == usual.tobytes()


def trained(steps: int = 4) -> bytes:
    """All weights of a network after some steps."""
    rng = np.random.default_rng(1)
    x, t = rng.normal(size=(48, 70)).astype(np.float32), rng.integers(0, 10, 48)
    model = nn.Sequential(nn.Linear(70, 50), nn.ReLU(), nn.Linear(50, 40), nn.Linear(40, 10))
    model.seeded(0)
    optimizer = optim.Adam(model.parameters(), 0.01)

    @pc.compile(precision="bfloat16")
    def step(x: Any, t: Any) -> Any:
        loss = functional.cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    for _ in range(steps):
        step(x, t)
    return b"".join(p.numpy().tobytes() for p in model.parameters().values())


@pytest.mark.usefixtures("_threads")
def test_steps_give_the_same_bits_on_any_number_of_threads(tmp_path: Path) -> None:
    found = set()
    with on_tiles(tmp_path), small_chunks():
        for count in (1, 2, 3, 4):
            set_threads(count)
            found.add(trained())
    assert len(found) == 1
    with small_chunks():
        assert found != {trained()}  # other last bits than on this CPU


@pytest.mark.usefixtures("_threads")
def test_a_step_that_is_cut_off_leaves_a_program_that_goes_on(tmp_path: Path) -> None:
    a, b = normal(64, 64), normal(64, 64)
    set_threads(2)
    with on_tiles(tmp_path), small_chunks():
        run = product()
        whole = run(a, b).numpy().tobytes()
        for look in range(1, 60, 7):
            stopped_at(look, lambda: run(a, b))
            assert run(a, b).numpy().tobytes() == whole


def test_the_body_of_a_loop_is_made_for_the_same_cpu(tmp_path: Path) -> None:
    x = normal(12, 5, 9)  # batch, time, features
    model = nn.LSTM(9, 16).seeded(0)
    run = pc.compile(lambda x: model(x)[0], precision="bfloat16")
    plain = run(x).numpy()
    with on_tiles(tmp_path), small_chunks():
        tiled = pc.compile(lambda x: model(x)[0], precision="bfloat16")(x).numpy()
    np.testing.assert_allclose(tiled, plain, rtol=0.02, atol=0.02)


def test_the_target_has_tiles_only_where_numbers_are_rounded() -> None:
    graph = capture(lambda a, b: a @ b)(normal(9, 9), normal(9, 9))
    half = pc.compile(lambda a, b: a @ b, precision="bfloat16").graph(normal(9, 9), normal(9, 9))
    assert [rounds(graph), rounds(half)] == [False, True]
    with on_tiles():
        assert not target_for(Procedure(graph, 2)).has_tiles
        assert target_for(Procedure(half, 2)) == TILED
        assert not target_for(Procedure(half, 2, exact=True)).has_tiles
    assert target_for(Procedure(half, 2)) == HERE or HERE.has_tiles


def test_a_report_says_so_and_is_kept_apart_on_the_disk(tmp_path: Path) -> None:
    a, b = normal(32, 32), normal(32, 32)
    with on_tiles(tmp_path):
        assert str(product().report(a, b)).endswith("bfloat16 in tile registers.")
        product("native-exact")(a, b)
        assert "tile registers" not in str(product("native-exact").report(a, b))
    assert len(list(tmp_path.glob("*.object"))) == 2
