"""Data sets that are read batch by batch: trained and measured with the bits of those in memory."""

import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, StopAt, assert_same_bits, blobs, weights

from pellucid.data import Dataset, sharded_set, write_shards
from pellucid.data.sampling import ByLength
from pellucid.errors import DataError, OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.train import Options, Saving, Trainer, Weights, evaluate


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Shards of seven samples; chunks of two batches of 16, of which two are read ahead."""
    monkeypatch.setattr("pellucid.train.stepping.window.CHUNK_BYTES", 2 * 16 * (4 * 4 + 8))
    monkeypatch.setattr("pellucid.train.stepping.window.AHEAD_BYTES", 4 * 16 * (4 * 4 + 8))
    write_shards(tmp_path / "set", blobs(70), shard_bytes=7 * 16)
    return tmp_path / "set"


def trainer(data: Dataset, validation: Dataset | None = None, **options: Any) -> Trainer:
    model = Net()
    optimizer = Adam(model.parameters(), 0.01)
    usual: dict[str, Any] = {"batch_size": 16, "seed": 3, "keep": "last", "executor": "reference"}
    given = Options(**usual | options)
    return Trainer(model, cross_entropy, optimizer, data, validation, given)


def fitted(data: Dataset, validation: Dataset | None = None, **options: Any) -> Trainer:
    made = trainer(data, validation, **options)
    made.fit(3, show=False)
    return made


def assert_same_run(a: Trainer, b: Trainer) -> None:
    assert_same_bits(weights(a), weights(b))
    for name in ("loss", "accuracy"):
        np.testing.assert_array_equal(a.history.steps[name], b.history.steps[name])
    assert a.history.epochs == b.history.epochs


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_run_has_the_bits_of_one_in_memory(executor: str, folder: Path) -> None:
    whole, held_out = blobs(70), blobs(30, seed=1)
    here = fitted(whole, held_out, executor=executor)
    for workers in (1, 3):
        data = sharded_set(folder, workers=workers)
        there = fitted(data, held_out, executor=executor)
        assert_same_run(here, there)
    assert evaluate(here.model, cross_entropy, whole, executor=executor) == evaluate(
        there.model, cross_entropy, data, executor=executor
    )


@pytest.mark.parametrize(
    "options",
    [
        {"drop_last": True},
        {"shuffle": False, "batch_size": 70},
        {"weights": Weights(samples=np.arange(70) / 70)},
        {"weights": Weights(classes=(1.0, 2.0, 0.5)), "micro_batch": 4},
        {"batch_size": 3},
    ],
    ids=["drop_last", "whole", "weights", "micro_batch", "small"],
)
def test_so_has_one_with_other_options(options: dict[str, Any], folder: Path) -> None:
    assert_same_run(fitted(blobs(70), **options), fitted(sharded_set(folder), **options))


def test_parts_of_a_set_are_learned_from_alike(folder: Path) -> None:
    data = sharded_set(folder)
    whole = blobs(70)
    rows = np.arange(1, 70, 2)
    assert_same_run(fitted(whole.subset(rows)), fitted(data.subset(rows)))
    found = evaluate(Net(), cross_entropy, data.subset(rows).with_shape(4))
    assert found == evaluate(Net(), cross_entropy, whole.subset(rows))


@pytest.mark.parametrize("step", [1, 5, 8])
def test_a_run_that_was_stopped_anywhere_goes_on_with_the_same_bits(
    step: int, folder: Path, tmp_path: Path
) -> None:
    expected = fitted(blobs(70))
    saving = Saving(tmp_path / "run", report=False)
    stopped = trainer(sharded_set(folder), saving=saving, callbacks=(StopAt(step),))
    stopped.pace.length = 1
    stopped.pace.stop = lambda steps: None  # type: ignore[method-assign]
    stopped.fit(3, show=False)
    assert stopped.position.step == step
    resumed = trainer(sharded_set(folder), saving=saving)
    resumed.resume()
    resumed.fit(3, show=False)
    assert_same_bits(weights(resumed), weights(expected))


def test_steps_one_by_one_have_the_same_bits_and_leave_no_worker(folder: Path) -> None:
    one, other = trainer(blobs(70)), trainer(sharded_set(folder))
    before = threading.active_count()
    for a, b in zip(one, other, strict=False):
        assert a == b
        if a.step == 12:
            break
    del a, b
    assert_same_bits(weights(one), weights(other))
    other.fit(4, show=False)
    assert threading.active_count() == before


def test_a_number_that_is_none_ends_training_before_its_step(folder: Path, tmp_path: Path) -> None:
    changed = np.load(folder / "features-00003.npy", mmap_mode="r+")
    kept = changed[2, 1].copy()
    changed[2, 1] = np.nan
    changed.flush()
    saving = Saving(tmp_path / "run", report=False)
    made = trainer(sharded_set(folder), saving=saving, lint=False)
    before = threading.active_count()
    with pytest.raises(DataError, match=r"row 23 \(row 2 of .*features-00003") as found:
        made.fit(3, show=False)
    assert "in step" in found.value.__notes__[0]
    assert threading.active_count() == before
    done = made.position.step
    assert len(made.history.steps["loss"]) == done
    changed[2, 1] = kept
    changed.flush()
    made.fit(3, show=False)
    assert_same_bits(weights(made), weights(fitted(blobs(70))))


def test_a_loss_that_is_not_finite_is_traced(folder: Path) -> None:
    made = trainer(sharded_set(folder), lint=False)
    made.optimizer.learning_rate = 1e38
    with pytest.raises(Exception, match=r"not finite|is nan|is inf"):
        made.fit(3, show=False)


def test_order_by_length_is_refused(folder: Path) -> None:
    data = sharded_set(folder).with_inputs(np.full(70, 4))
    with pytest.raises(OptionError, match="is read batch by batch, and sampling is by length"):
        trainer(data, sampling=ByLength())


def test_only_some_chunks_are_in_memory(folder: Path) -> None:
    read: list[int] = []
    made = trainer(sharded_set(folder, workers=1), lint=False)
    feed: Any = made._program.feed
    source = feed.data.features
    known = source.fill

    def fill(places: Any, out: Any, *rest: Any) -> None:
        read.append(len(places))
        known(places, out, *rest)

    source.fill = fill
    for record in made:
        assert sum(len(load.arrays[0]) for _, load in feed._ahead) <= 64
        assert sum(read) <= min(70, -(-record.step // 2) * 32 + 64)
        if record.step == 4:
            break
    assert sum(x.present().nbytes for x in feed.passing) == 32 * (4 * 4 + 8)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals of this kind")
@pytest.mark.parametrize("hanging", [40, 110], ids=["in a step", "while measuring"])
def test_a_second_ctrl_c_waits_for_no_file_that_hangs_and_the_run_goes_on(
    folder: Path, hanging: int
) -> None:
    hangs, goes = threading.Event(), threading.Event()
    calls: list[int] = []
    waited: list[bool] = []

    def slow(sample: Any, rng: Any) -> Any:
        calls.append(1)
        if len(calls) == hanging:
            hangs.set()
            waited.append(goes.wait(5))
        return sample + np.float32(rng.normal())

    def press() -> None:
        assert hangs.wait(60)
        for _ in range(2):
            time.sleep(0.2)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    expected = fitted(sharded_set(folder, transform=plain, workers=2))
    made = trainer(sharded_set(folder, transform=slow, workers=2))
    calls.clear()
    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        made.fit(3, show=False)
    assert waited == []
    presser.join()
    goes.set()
    made.fit(3, show=False)
    assert_same_run(expected, made)
    assert not [t for t in threading.enumerate() if "reads samples" in t.name]


def plain(sample: Any, rng: Any) -> Any:
    return sample + np.float32(rng.normal())
