"""Checks before a long run: nothing of them stays.

check_run          `pellucid train --dry-run`, `--overfit-one-batch`
find_batch_size    `pellucid tune --find-batch-size`
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_json
from pellucid.cli.recipe import build_trainer, load_data
from pellucid.cli.training import recipe_of, use_threads
from pellucid.train import Trainer, dry_run, largest_batch, overfit_one_batch


def check_run(
    data: str,
    options: dict[str, Any],
    checks: list[str],
    output: Output,
) -> int:
    """Make the checks, and print what came out; the exit code, 1 where a batch is not learned."""
    trainer, epochs = _trainer(data, options)
    found: dict[str, Any] = {}
    if "overfit_one_batch" in checks:
        found["overfit_one_batch"] = overfit_one_batch(trainer)
    if "dry_run" in checks:
        found["dry_run"] = dry_run(trainer, epochs)
    _tell(found, output)
    learned = found.get("overfit_one_batch")
    return int(learned is not None and not learned.learned)


def find_batch_size(
    data: str,
    options: dict[str, Any],
    memory: int | None,
    output: Output,
) -> int:
    """Print the largest batch that fits; the exit code."""
    found = largest_batch(_trainer(data, options)[0], memory)
    if output.quiet:
        plain_console().print(str(found.size))
    else:
        _tell({"largest_batch": found}, output)
    return 0


def _trainer(data: str, options: dict[str, Any]) -> tuple[Trainer, int]:
    """A Trainer of the options, and how many epochs they want; its folder is not made."""
    recipe = recipe_of(data, options)
    use_threads(options["threads"])
    folder = options["out"] or Path("runs")
    lint = not options.get("no_lint", False)
    return build_trainer(recipe, load_data(recipe), folder, (), lint=lint), recipe.epochs


def _tell(found: dict[str, Any], output: Output) -> None:
    if output.as_json:
        write_json({name: asdict(each) for name, each in found.items()})
    elif output.is_full:
        for each in found.values():
            plain_console().print(str(each))
