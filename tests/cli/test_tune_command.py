"""The command that searches: its ranges stand beside the options of training."""

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]


def test_the_help_shows_ranges_beside_the_options_of_training(run: Run) -> None:
    code, out, _ = run("tune", "digits", "--help")
    assert code == 0
    for word in ("--try NAME=RANGE", "--find-learning-rate", "--hidden SIZES", "pellucid tune"):
        assert word in out
