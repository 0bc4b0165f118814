"""How results look in a terminal.

ProgressBar    epoch, step, loss, speed and time left, while training goes on
epoch_table    one row an epoch
printable      a text from elsewhere, safe for a terminal
"""

from rich.console import Console
from rich.table import Table

from pellucid.tables import cell
from pellucid.train import History


def printable(text: str, keep: str = "") -> str:
    r"""The text without what would move the cursor or recolour the terminal.

    >>> printable("a\x1b[31mb") == "a\ufffd[31mb"
    True
    """
    return "".join(c if c.isprintable() or c in keep else "\ufffd" for c in text)


def plain_console() -> Console:
    """Standard output for results: nothing is coloured by guess or taken for markup.

    Into a file or pipe, lines are as long as they need to be.
    """
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 1000
    return console


def epoch_table(history: History, most: int = 30) -> Table:
    """Loss and metrics after each epoch; of many epochs, the first, the last and the best."""
    names = [name for name in history.epochs if name != "step"]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    rows = list(zip(*(history.epochs[name] for name in names), strict=True))
    chosen = history.restored_epoch or history.best_epoch
    skipped = False
    for i, row in enumerate(rows):
        if most // 2 <= i < len(rows) - most // 2 and row[0] != chosen:
            if not skipped:
                table.add_row(*["..."] * len(names))
            skipped = True
            continue
        skipped = False
        style = "bold" if row[0] == chosen else ""
        table.add_row(*(cell(value) for value in row), style=style)
    return table
