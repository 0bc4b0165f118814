"""How results are printed, for people and for programs.

plain_console    standard output for results
best_and_last    the lines of two epochs, after training
write_json       the document that a program reads
write_csv        a table that a program reads; csv_writer, the same line by line
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console

from pellucid.io.jsonl import json_value
from pellucid.train import History
from pellucid.train.live.epoch_lines import EpochLines, terminal_width


def plain_console() -> Console:
    """Standard output for results: nothing is coloured by guess or taken for markup.

    Into a file or pipe, lines are as long as they need to be.
    """
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 1000
    return console


def best_and_last(history: History) -> list[str]:
    """Loss and metrics after the best epoch and the last one, under what they are."""
    epochs = history.epochs["epoch"]
    names = [name for name in history.epochs if name not in ("epoch", "step")]
    lines = EpochLines(names, epochs[-1], terminal_width())
    marks = {epochs[-1]: "last"}
    if history.best_epoch in epochs:
        marks |= {history.best_epoch: "best"}
    found = lines.heads()
    for epoch in sorted(marks):
        found += lines.of(epoch, history.epoch_values(epoch), marks[epoch])
    return found


def write_json(document: Any) -> None:
    """The one document of a command; numbers that JSON has no word for as in metrics.jsonl."""
    click.echo(json.dumps(json_value(document), indent=2, allow_nan=False))


def write_csv(records: Sequence[Mapping[str, Any]]) -> None:
    """Records as CSV, no number rounded."""
    if not records:
        return
    text = io.StringIO()
    csv_writer(text, records[0]).writerows(records)
    click.echo(text.getvalue(), nl=False)


def csv_writer(text: Any, record: Mapping[str, Any]) -> Any:
    """What writes records like this one into a file of text, whose first line has their names."""
    writer = csv.DictWriter(text, list(record), lineterminator="\n")
    writer.writeheader()
    return writer
