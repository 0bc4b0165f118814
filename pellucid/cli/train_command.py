"""`pellucid train DATA`: a command for each data set, with the options of every model.

train           the group
TrainCommand    one data set; its help lists the options of each model under the model's name
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import click

from pellucid.cli import long_runs
from pellucid.cli.again_command import like, repeating_options, start_option
from pellucid.cli.datasets import DATA, DataKind
from pellucid.cli.output import JSON, LANGUAGE, QUIET, SILENT, Output
from pellucid.cli.settings import Setting, settings_of
from pellucid.cli.training_options import shared_options
from pellucid.cli.words import Commands
from pellucid.models import MODELS, ModelKind


def _option(setting: Setting) -> click.Option:
    """The option of a setting; its word becomes a value once the model is known."""
    if setting.kind is bool:
        return click.Option([setting.flag], is_flag=True, default=None)
    return click.Option([setting.flag], required=setting.is_required, metavar=setting.metavar)


def _once(options: Iterable[click.Option]) -> list[click.Parameter]:
    """Each option once: several models may have one of a name."""
    return list({option.name: option for option in options}.values())


class TrainCommand(click.Command):
    """Training on one data set."""

    when_quiet = SILENT

    def __init__(self, kind: DataKind) -> None:
        self.kind = kind
        of_models = (_option(s) for m in MODELS.values() for s in settings_of(m.options).values())
        examples = "\n".join(f"  pellucid {words}" for words in self._examples())
        super().__init__(
            kind.name,
            params=[*self._of_data(), *self._further(), *self._usual(), *_once(of_models)],
            callback=self.run,
            help=f"{kind.summary}\n\n\b\nExamples:\n{examples}",
            short_help=kind.summary,
        )

    def _examples(self) -> list[str]:
        return [f"train {words}" for words in self.kind.examples]

    def _further(self) -> list[click.Parameter]:
        """Options that only this kind of command has."""
        return []

    def _told(self) -> list[click.Parameter]:
        """Options of what comes before the first step."""
        text = "Do not look for likely mistakes before the first step."
        lint = click.Option(["--no-lint"], is_flag=True, help=text)
        return [start_option(), lint, *repeating_options()]

    def _long(self) -> list[click.Parameter]:
        """Options of runs that take long."""
        return [*long_runs.options(), *long_runs.further()]

    def _usual(self) -> list[click.Parameter]:
        """Options that every command of training has."""
        return [
            *shared_options(self.kind),
            *self._told(),
            *self._long(),
            click.Option(["--quiet"], **QUIET | {"help": self.when_quiet}),
            click.Option(["--json", "as_json"], **JSON),
            click.Option(["--language"], **LANGUAGE),
        ]

    def _of_data(self) -> list[click.Parameter]:
        found = _once(_option(setting) for setting in settings_of(self.kind.options).values())
        if self.kind.fetch is not None:
            text = f"Fetch the files into the folder first ({self.kind.megabytes} MB)."
            found.append(click.Option(["--download"], is_flag=True, help=text))
        return found

    def run(self, **options: Any) -> int:
        """Train."""
        output = Output.taken(options)
        fetch(self.kind, options)
        if checks := long_runs.checks(options):
            from pellucid.cli.checking import check_run

            return check_run(self.kind.name, options, checks, output)
        if options.get("seeds") or options.get("folds"):
            from pellucid.cli.repeating import train_runs  # on use: most runs are one

            return train_runs(self.kind.name, options, output)
        from pellucid.cli.training import train_run

        return train_run(self.kind.name, options, output)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options in groups: of the data, of training, and of each model."""
        with formatter.section(f"Data: {self.kind.name}"):
            formatter.write_dl(
                [*_rows(settings_of(self.kind.options)), *_records(ctx, self._of_data())]
                or [("(no options)", "")]
            )
        if further := _records(ctx, self._further()):
            with formatter.section("Search"):
                formatter.write_dl(further)
        with formatter.section("Training"):
            formatter.write_dl(_records(ctx, [*self._usual(), *self._help(ctx)]))
        for model in MODELS.values():
            with formatter.section(f"--model {model.name}"):
                rows = _rows(self._settings(model))
                formatter.write_dl(rows or [("(no options)", "")])

    def _settings(self, model: ModelKind) -> dict[str, Setting]:
        """The settings of a model, with the defaults that suit these data."""
        usual = self.kind.usual.models.get(model.name, {})
        settings = settings_of(model.options)
        return {k: replace(s, default=usual.get(k, s.default)) for k, s in settings.items()}

    def _help(self, ctx: click.Context) -> list[click.Parameter]:
        found = self.get_help_option(ctx)
        return [] if found is None else [found]


def fetch(kind: DataKind, options: dict[str, Any]) -> None:
    """Download what was asked for."""
    if options.pop("download", False) and kind.fetch is not None:
        kind.fetch(options["data_dir"])


def _rows(settings: dict[str, Setting]) -> list[tuple[str, str]]:
    return [(f"{s.flag} {s.metavar}".rstrip(), s.help) for s in settings.values()]


def _records(ctx: click.Context, options: list[click.Parameter]) -> list[tuple[str, str]]:
    """The lines of options that say for themselves what they are."""
    records = (option.get_help_record(ctx) for option in options if getattr(option, "help", None))
    return [record for record in records if record is not None]


class DataCommands(Commands):
    """A command for each data set, made when it is called; `folder:PATH` names its path."""

    like: click.Command | None = like  # trains as another run was

    def command_of(self, kind: DataKind) -> click.Command:
        """The command of a data set."""
        return TrainCommand(kind)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The data sets."""
        return list(DATA)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a data set."""
        if cmd_name == "--like":
            return self.like
        return self.command_of(DATA[cmd_name]) if cmd_name in DATA else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`--like RUN` in the place of data stands for the command of that name."""
        has_like = self.like is not None and args[:1] == ["--like"]
        return super().parse_args(ctx, ["--", *args] if has_like else args)

    def meant(self, ctx: click.Context, word: str) -> str:
        """A path without the kind of its data, with it."""
        kind = "folder" if os.path.isdir(word) else "text" if os.path.isfile(word) else ""
        return f"Write `{ctx.command_path} {kind}:{word}`." if kind else ""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called, its path as an option of its own."""
        return super().resolve_command(ctx, list(_with_path(args)))


def _with_path(args: list[str]) -> Iterator[str]:
    """`folder:pets` as `folder --data-dir pets`, where the data set has a path."""
    name, colon, path = args[0].partition(":") if args else ("", "", "")
    settings = settings_of(DATA[name].options) if colon and name in DATA else {}
    flags = [setting.flag for setting in settings.values() if setting.path]
    yield from (name, flags[0], path) if flags else args[:1]
    yield from args[1:]


@click.group(cls=DataCommands)
def train() -> None:
    """Train a model on a data set; the result is a folder, the run.

    \b
    Examples:
      pellucid train digits
      pellucid train mnist --data-dir mnist --download
      pellucid train folder:pets --size 64,64 --model resnet
      pellucid train --like runs/digits-mlp-1 --set learning_rate=0.01
    """  # noqa: D301 (click's mark)
