"""What wants more memory than there is, is refused before anything is allocated."""

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import capacity, nn
from pellucid.capacity import available, check_room, in_words, sizing
from pellucid.errors import CapacityError


def test_what_is_available_is_less_than_what_there_is():
    assert 0 < available() < 2**63
    if sys.platform == "linux":
        lines = Path("/proc/meminfo").read_text()
        total = 1024 * int(lines.split("MemTotal:")[1].split()[0])
        assert available() < 2 * total


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is read from /proc")
@pytest.mark.forks
def test_a_limit_of_the_shell_counts():
    script = "from pellucid.capacity import available; print(available())"
    limit = 3 * 2**30
    found = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert 0 < int(found.stdout) < limit


@pytest.mark.parametrize(("most", "used", "left"), [("1000", "400", 600), ("10", "40", 0)])
def test_a_container_counts(tmp_path, monkeypatch, most, used, left):
    (tmp_path / "memory.max").write_text(f"{most}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    monkeypatch.setattr(capacity, "_CGROUP", tmp_path)
    assert available() == left
    (tmp_path / "memory.max").write_text("max\n")
    assert available() > 10**6


def test_what_wants_more_is_refused_with_both_numbers():
    check_room("a table", 1000, "")
    with pytest.raises(
        CapacityError, match=r"a table: 1\.2 EB|a table: 1,152,\d+\.\d TB of memory"
    ):
        check_room("a table", 2**60, "Take a smaller one.")
    with pytest.raises(MemoryError, match=r"are available\. Take a smaller one"):
        check_room("a table", 2**60, "Take a smaller one.")


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 bytes"), (1000, "1.0 kB"), (313_600_000_000, "313.6 GB")]
)
def test_bytes_are_told_in_units(size, words):
    assert in_words(size) == words


def test_variables_are_counted_and_hold_nothing():
    with sizing("model", 1, "") as sizes:
        layer = nn.Linear(1000, 1000, rng=pc.Generator(0))
        recurrent = nn.LSTM(10, 20, rng=pc.Generator(0))
    real = nn.LSTM(10, 20, rng=pc.Generator(0))
    numbers = sum(v.size for v in real.state_dict().values())
    assert sizes.bytes >= 4 * (1_001_000 + numbers)
    assert sizes.bytes < 4 * (1_001_000 + numbers) + 100  # and a few counters of generators
    assert layer.weight.shape == (1000, 1000)
    assert layer.weight.present().strides == (0, 0)
    assert recurrent.parameters().keys() == real.parameters().keys()
    assert nn.Linear(2, 2, rng=pc.Generator(0)).weight.present().strides != (0, 0)


def test_a_model_is_refused_as_soon_as_it_wants_too_much():
    with (
        pytest.raises(CapacityError, match=r"model: 4\.0 TB of weights or more, 4 times that"),
        sizing("model", 4, "Choose smaller layers."),
    ):
        nn.Linear(10**6, 10**6, rng=pc.Generator(0))
    with sizing("model", 4, "Fewer."):
        for _ in range(5_000):
            pc.Parameter(np.zeros(1))
        with pytest.raises(CapacityError, match=r"more than 5,000 arrays of weights\. Fewer"):
            pc.Parameter(np.zeros(1))


def test_a_draw_that_does_not_fit_is_refused():
    with pytest.raises(CapacityError, match=r"Generator: .* shape \(1000000, 1000000\): 4\.0 TB"):
        pc.Generator(0).uniform(0.0, 1.0, (10**6, 10**6))


def test_random_words_are_drawn_in_pieces_and_are_the_same():
    whole = pc.Generator(3).bits((2**18 + 77,)).numpy()
    key = pc.Generator(3)
    again = pc.compile(lambda: key.bits((2**18 + 77,)), executor="native")().numpy()
    np.testing.assert_array_equal(whole, again)
