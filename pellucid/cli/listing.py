"""`pellucid data` and `pellucid models`: what there is to choose from."""

from dataclasses import fields

from rich.console import Console

from pellucid.models import MODELS

DATA = (
    ("digits", "1,797 handwritten digits, 8x8 pixels, 10 classes; comes with scikit-learn"),
    ("mnist", "70,000 handwritten digits, 28x28 pixels, 10 classes; --data-dir, --download"),
)


def list_data() -> int:
    """Print the data sets."""
    console = Console(highlight=False, soft_wrap=True)
    for name, text in DATA:
        console.print(f"[bold]{name:8}[/bold] {text}")
    return 0


def list_models() -> int:
    """Print the models, each with its options and their defaults."""
    console = Console(highlight=False, soft_wrap=True)
    for kind in MODELS.values():
        console.print(f"[bold]{kind.name}[/bold]: {kind.summary}")
        for option in fields(kind.options):
            console.print(f"  {option.name} = {option.default}", markup=False)
    return 0
