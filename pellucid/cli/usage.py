"""The error messages of wrong commands and options.

explain      a usage error of click as one sentence or two
in_flags     a message of the library, its names of options as they were typed
"""

import re
from collections.abc import Iterable, Sequence

import click

from pellucid.errors import closest, nearest
from pellucid.foreign import sentence
from pellucid.foreign.commands import FLAGS

# What errors of the library say to those who write Python, and what it is here.
PYTHONS = {
    "or fetch them with pellucid.data.download_mnist(folder)": "or add --download to fetch them",
    "give size=(height, width) to resize": "give --size height,width to resize",
    "Give a smaller size=(height, width)": "Give a smaller --size height,width",
}


def explain(error: click.UsageError) -> str:
    """What is wrong, and what is right."""
    command = error.ctx.command if error.ctx else None
    if isinstance(error, click.NoSuchOption):
        return f"there is no {error.option_name}. {_instead(error)}"
    if isinstance(error, click.MissingParameter):
        return f"{error.format_message()} {_example(command)}".rstrip()
    if isinstance(error, click.BadParameter):
        names = error.param.opts if error.param is not None else ()
        hint = error.param_hint or (names[0] if names else "")
        return f"{hint}: {error.message}" if hint else error.format_message()
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name} needs a value behind it. {_example(command)}".rstrip()
    if "unexpected extra argument" in error.message:
        return (
            f"{error.message.rstrip('.')}. A list is written with commas and without spaces, such "
            "as 100,50; a name with spaces stands in quotes."
        )
    return error.format_message()


def _instead(error: click.NoSuchOption) -> str:
    """What is written instead of an option that there is not."""
    ctx = error.ctx
    word = error.option_name
    known = [name for param in _shown(ctx) for name in param.opts]
    known.append("--help")
    theirs = FLAGS.get(word.casefold().replace("_", "-"))
    if theirs is not None and not _is_slip(word, known):
        return sentence(theirs)
    near = nearest(word, known)
    if near:
        return f"Did you mean {near!r}?"
    owners = _owners(ctx, word)
    if owners:
        return f"It belongs to {', '.join(f'`{owner}`' for owner in owners)}."
    return closest(word, known) if len(known) < 8 else ""


def _shown(ctx: click.Context | None) -> list[click.Parameter]:
    """The options of a command that its help shows."""
    params = ctx.command.params if ctx else []
    return [param for param in params if not getattr(param, "hidden", False)]


def _is_slip(word: str, known: Iterable[str]) -> bool:
    near = nearest(word, known)
    return near.strip("-").replace("-", "") == word.casefold().strip("-").replace("_", "")


def _owners(ctx: click.Context | None, word: str) -> list[str]:
    """The commands beside this one, and below it, that have the option."""
    found = []
    for group in (ctx.parent if ctx else None, ctx):
        if group is not None and isinstance(group.command, click.Group):
            for name in group.command.list_commands(group):
                command = group.command.get_command(group, name)
                if command and any(word in param.opts for param in command.params):
                    found.append(f"{group.command_path} {name}")
    return found


def _example(command: click.Command | None) -> str:
    """The first example of a command's help."""
    lines = (command.help or "").splitlines() if command else []
    shown = next((line.strip() for line in lines if line.strip().startswith("pellucid ")), "")
    return f"As in `{shown}`." if shown else ""


def in_flags(message: str, arguments: Sequence[str]) -> str:
    """A message with options as they were typed: `batch_size is 0` as `--batch-size is 0`.

    >>> in_flags("Trainer: batch_size is 0.", ["train", "digits", "--batch-size=0"])
    'Trainer: --batch-size is 0.'
    """
    for pythons, ours in PYTHONS.items():
        message = message.replace(pythons, ours)
    for word in arguments:
        flag = word.partition("=")[0]
        if flag.startswith("--") and len(flag) > 2:
            name = re.escape(flag[2:].replace("-", "_"))
            message = re.sub(rf"(?<![\w.-]){name}(?= is )", flag, message)
    return message
