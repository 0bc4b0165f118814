"""Words that the command line takes, with the nearest right one where one is wrong.

OneOf      one of several names
Commands   a group whose unknown commands are answered with the nearest one
complain   say what is wrong in one line
"""

from collections.abc import Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from pellucid.errors import closest

INDENT = "    "
DIAGRAM = "\n" + INDENT


def complain(message: str) -> None:
    """One line on standard error; below it a diagram, whose lines are indented, as it stands."""
    first, *lines = message.split(DIAGRAM)
    words = "".join(c if c.isprintable() else " " for c in first).split()
    click.echo(f"pellucid: {' '.join(words)}", err=True)
    for line in lines:
        click.echo(INDENT + "".join(c for c in line if c.isprintable()), err=True)


def _options_of(param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
    """The options whose names begin with that of another one: --average-decay of --average."""
    beginning = "" if param is None else f"{param.opts[0]}-"
    known = [] if ctx is None or param is None else ctx.command.params
    return [each.opts[0] for each in known if each.opts[0].startswith(beginning)]


class OneOf(click.ParamType[str]):
    """One of several names; the error names the nearest."""

    name = "choice"

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What stands in the help."""
        return "[" + "|".join(self.names) + "]"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """The name itself."""
        if value not in self.names:
            from pellucid.foreign.commands import CHOICES  # on use

            meant = CHOICES.get(str(value).casefold(), "")
            known = closest(value, self.names)
            guess = f"Did you mean {meant!r}?" if meant in self.names else ""
            own = _options_of(param, ctx) if ":" in str(value) else ()
            apart = f" What belongs to it is said apart, by {', '.join(own)}." if own else ""
            self.fail(f"{value!r} is not known. {guess or known}{apart}", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so."""
        return [CompletionItem(name) for name in self.names if name.startswith(incomplete)]


class Commands(click.Group):
    """A group that answers an unknown command with the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            meant = self.meant(ctx, args[0]) or closest(args[0], self.list_commands(ctx))
            raise click.UsageError(f"there is no {args[0]!r}. {meant}", ctx)
        return super().resolve_command(ctx, args)

    def meant(self, ctx: click.Context, word: str) -> str:
        """The command for another command line's word, or for what stands below a command."""
        from pellucid.foreign.commands import COMMANDS  # on use

        if word in COMMANDS:
            return f"Write `{COMMANDS[word]}`."
        for name, command in self.commands.items():
            if isinstance(command, click.Group) and command.get_command(ctx, word):
                return f"Write `{ctx.command_path} {name} {word}`."
        return ""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they were defined."""
        return list(self.commands)
