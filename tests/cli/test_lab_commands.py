"""The words of `pellucid lab`: names are completed, and commands answered with the nearest."""

from cli.conftest import Run, said
from click.shell_completion import ShellComplete

from pellucid.cli.commands import pellucid


def test_names_of_experiments_are_completed() -> None:
    complete = ShellComplete(pellucid, {}, "pellucid", "_PELLUCID_COMPLETE")
    found = complete.get_completions(["lab", "run"], "zero")
    assert [item.value for item in found] == ["zero-start"]


def test_an_unknown_command_is_answered_with_the_nearest(run: Run) -> None:
    assert said(run, "lab", "shw").startswith("there is no 'shw'. Did you mean 'show'?")
