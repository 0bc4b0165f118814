"""`pellucid runs` lists where no command is named."""

from archive.kept_runs import FORMAT_1
from cli.conftest import Run, done, said


def test_without_a_command_it_lists(run: Run) -> None:
    listed = done(run("runs", "list", FORMAT_1))
    assert listed == done(run("runs", FORMAT_1))
    by_loss = done(run("runs", FORMAT_1, "--sort", "validation_loss"))
    assert by_loss == done(run("runs", "--sort", "validation_loss", FORMAT_1))
    assert by_loss != listed


def test_help_tells_of_the_commands(run: Run) -> None:
    told = done(run("runs", "--help"))
    assert "compare" in told
    assert "--sort" in done(run("runs", "list", "--help"))


def test_where_there_is_no_such_folder_it_says_so(run: Run) -> None:
    code, out, err = run("runs", "nowhere")
    assert (code, out) == (1, "")
    assert err.startswith("pellucid: runs nowhere: there is no such folder")
    assert "there is no --sor" in said(run, "runs", "--sor", "loss")
