"""How many threads programs may use: chosen, said in the environment, or what the system allows."""

import pytest

from pellucid.errors import OptionError
from pellucid.executors import cpus, threads


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch):
    monkeypatch.setattr(threads._Choice, "count", None)
    monkeypatch.setattr(cpus, "available", lambda: 5)
    monkeypatch.delenv("PELLUCID_THREADS", raising=False)


@pytest.mark.parametrize(("said", "expected"), [("", 5), (" ", 5), ("3", 3), (" 64 ", 64)])
def test_the_environment_is_asked_before_the_system(monkeypatch, said, expected):
    monkeypatch.setenv("PELLUCID_THREADS", said)
    assert threads.threads() == expected


def test_what_was_chosen_comes_first(monkeypatch):
    monkeypatch.setenv("PELLUCID_THREADS", "3")
    threads.set_threads(2)
    assert threads.threads() == 2


def test_without_a_word_it_is_what_the_system_allows():
    assert threads.threads() == 5


@pytest.mark.parametrize("said", ["0", "-1", "many", "1.5", "9" * 5000])
def test_another_number_in_the_environment_is_refused(monkeypatch, said):
    monkeypatch.setenv("PELLUCID_THREADS", said)
    text = rf"PELLUCID_THREADS: '{said}'\. It must be a whole number of at least 1, or not be set"
    with pytest.raises(OptionError, match=text):
        threads.threads()


def test_less_than_one_thread_is_refused():
    with pytest.raises(OptionError, match=r"set_threads: 0 threads\. At least"):
        threads.set_threads(0)
