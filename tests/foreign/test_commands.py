"""Words of other command lines: each is answered with ours, and what is told is a command."""

import shlex
from collections.abc import Callable

import click
import pytest
from cli.conftest import said

from pellucid.cli.commands import pellucid
from pellucid.foreign.commands import CHOICES, COMMANDS, FLAGS
from pellucid.models import MODELS

Run = Callable[..., tuple[int, str, str]]
DIGITS = ("train", "digits")


def parsed(words: list[str]) -> click.Context:
    """The context of a command with these words, which is then not run."""
    command, context = pellucid, click.Context(pellucid, info_name="pellucid")
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
        context = click.Context(command, context, info_name=name)
    return command.make_context("x", words, parent=context.parent)


@pytest.mark.parametrize(("word", "command"), sorted(COMMANDS.items()))
def test_another_command_line_s_command_is_told_ours(run: Run, word: str, command: str) -> None:
    assert said(run, word) == f"there is no {word!r}. Write `{command}`. See `pellucid --help`."
    _, first, *others = shlex.split(command)
    if not first.startswith("-"):
        parsed([first, *others])


@pytest.mark.parametrize(("word", "remedy"), sorted(FLAGS.items()))
def test_another_command_line_s_option_is_told_ours(run: Run, word: str, remedy: str) -> None:
    text = said(run, *DIGITS, word, "5")
    flags, _, why = remedy.partition("#")
    if why:
        assert why.strip()[1:] in text
    else:
        assert text.startswith(f"there is no {word}. Write {flags}.")
        parsed([*DIGITS, *shlex.split(flags)])


@pytest.mark.parametrize(("word", "name"), sorted(CHOICES.items()))
def test_another_name_of_a_model_or_optimizer_is_told_ours(run: Run, word: str, name: str) -> None:
    option = "--model" if name in MODELS else "--optimizer"
    assert f"{option}: {word!r} is not known. Did you mean {name!r}?" in said(
        run, *DIGITS, option, word
    )
    parsed([*DIGITS, option, name])
