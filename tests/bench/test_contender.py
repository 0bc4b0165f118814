"""A contender works with the threads of its configuration; one for each number shares the rest."""

from pellucid.bench.contender import Contender, with_threads


def test_threads_are_set_before_the_work():
    done = []
    contender = Contender("a", "2 threads", lambda n: done.append(n) or 0.5, 2, done.append)
    assert contender.go(7) == 0.5
    assert done == [2, 7]


def test_without_a_number_of_threads_none_is_set():
    done = []
    assert Contender("a", "plain", lambda n: 0.5, None, done.append).go(7) == 0.5
    assert Contender("a", "plain", lambda n: 0.25, 2).go(7) == 0.25
    assert done == []


def test_one_contender_for_each_number_of_threads():
    found = with_threads("pellucid", "compiled", lambda n: 0.0, [1, 2, 8], lambda n: None)
    assert [c.config for c in found] == [
        "compiled, 1 thread", "compiled, 2 threads", "compiled, 8 threads",
    ]  # fmt: skip
    assert len({c.run for c in found}) == 1
