"""The command line: `pellucid train | tune | evaluate | predict | generate | resume | ...`.

    main    runs one command; its exit code

Exit codes: 0 done; 1 the work failed; 2 wrong use; 130 stopped by Ctrl-C, 143 by SIGTERM,
129 by SIGHUP. An error is one line on standard error, `pellucid: ...`, with a diagram of the layers
below it where sizes do not fit, and never a traceback. What takes long to import is imported inside
the commands: `pellucid --help` answers at once.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Any

import click

from pellucid.capacity import available, in_words
from pellucid.cli.commands import pellucid
from pellucid.cli.pressed import noticing
from pellucid.cli.words import complain
from pellucid.errors import OptionError, PellucidError
from pellucid.io.files import file_error

SCARCE_BYTES = 2**28  # too little to load LLVM, whose loader says that it is missing
FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, command: click.Command = pellucid) -> int:
    """Run the command line with these arguments, or with those of the process.

    `command`: another that is to tell errors in the same way.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with noticing() as pressed, warnings.catch_warnings():
            warnings.showwarning = _show_warning
            result = command.main(arguments, prog_name=command.name, standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted.", INTERRUPTED)
    except BrokenPipeError:
        # The reader, such as `head`, has gone: nothing can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_USE
    except Exception as error:
        if "--traceback" in arguments:
            traceback.print_exc()
        if pressed.once:
            return _say("interrupted.", INTERRUPTED)
        from pellucid.cli.usage import in_flags  # on use: a command that runs needs none of it

        said, code = _explain(error)
        return _say(in_flags(said, arguments), code)
    return result if isinstance(result, int) else 0


def _explain(error: Exception) -> tuple[str, int]:
    """The message and the exit code for an error."""
    if isinstance(error, click.UsageError):
        from pellucid.cli.usage import explain  # on use

        command = error.ctx.command_path if error.ctx else "pellucid"
        return f"{explain(error)} See `{command} --help`.", WRONG_USE
    if isinstance(error, click.ClickException):
        return error.format_message(), error.exit_code
    if isinstance(error, OptionError):
        return str(error), WRONG_USE
    if isinstance(error, PellucidError):
        return str(error), FAILED
    if lacks := _lack_of_memory(error):
        return lacks, FAILED
    if isinstance(error, OSError):
        return str(file_error("use", error.filename or "a file", error)), FAILED
    kind = type(error).__name__
    return (
        f"this is a mistake in pellucid itself: {kind}: {error}. Please report it, with what "
        "`pellucid --traceback ...` prints.",
        FAILED,
    )


def _lack_of_memory(error: Exception) -> str:
    """What is said of an error that comes from too little memory; of another, nothing."""
    there = in_words(available())
    if isinstance(error, MemoryError):
        reason = str(error).rstrip(".") or "the system refused some"
        return (
            f"there is not enough memory for this: {reason}. {there} are available. "
            "Use a smaller batch size, model or data set."
        )
    if isinstance(error, ImportError | SystemError) and available() < SCARCE_BYTES:
        return (
            f"there is not enough memory to load what this needs: {error}. "
            f"{there} are available; see `ulimit -v`."
        )
    return ""


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning as one line, without the place in the code that it came from."""
    _say(str(message).removeprefix("pellucid: "), 0)


def _say(message: str, code: int) -> int:
    """One line on standard error; the exit code."""
    complain(message)
    return code


__all__ = ["main"]
