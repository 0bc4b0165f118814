"""Measuring: contenders in turn, in so many rounds."""

from pellucid.bench.contender import Contender
from pellucid.bench.measure import CHECKED_STEPS, compare


def test_contenders_take_turns_and_configurations_share_a_model(monkeypatch):
    monkeypatch.setattr("pellucid.bench.measure.ROUND_SECONDS", 0.001)
    monkeypatch.setattr("pellucid.bench.measure.PAUSE_SECONDS", 0.0)
    turns, threads = [], []

    def train(steps):
        turns.append(("first", steps))
        return 0.5

    def another(steps):
        turns.append(("second", steps))
        return 0.25

    made = [
        Contender("a", "1 thread", train, 1, threads.append),
        Contender("a", "2 threads", train, 2, threads.append),
        Contender("b", "plain", another),
    ]
    timings = compare(made, rounds=3)
    assert [t.first_loss for t in timings] == [0.5, 0.5, 0.25]
    rounds = [who for who, _ in turns][-9:]
    assert rounds == ["first", "first", "second"] * 3
    assert {1, 2} == set(threads)
    # Trained once, and timed once for each.
    assert turns.count(("first", CHECKED_STEPS)) == 3
