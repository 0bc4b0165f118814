"""What using a trained model needs of the data that it learned from.

DataFacts       their form, and names of classes
read_facts      those that a run folder holds
"""

from dataclasses import dataclass

from pellucid.cli.data_parts import DataParts
from pellucid.data import Form
from pellucid.errors import DataError, FileError
from pellucid.train import RunFolder

LARGEST = 2**31  # of the sizes, classes and ids of data


@dataclass(frozen=True)
class DataFacts:
    """What using a trained model needs of the data that it learned from."""

    form: Form
    class_names: tuple[str, ...] = ()
    characters: str = ""

    @classmethod
    def of(cls, parts: DataParts) -> "DataFacts":
        """The facts of loaded data."""
        return cls(parts.train.form, parts.train.class_names, parts.characters)

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes are called: their names, the characters of a text, or numbers."""
        spelled = tuple(repr(c) if c.isspace() else c for c in self.characters)
        return self.class_names or spelled or tuple(map(str, range(self.form.classes)))


def read_facts(run: RunFolder) -> DataFacts:
    """What config.json says of the data. Errors: FileError."""
    entry = run.config.get("data")
    try:
        if not isinstance(entry, dict):
            raise DataError(f"it is {entry!r}")
        form = entry["form"]
        shape, targets = (tuple(map(int, form[name])) for name in ("shape", "target_shape"))
        found = Form(shape, int(form["classes"]), targets, int(form["vocabulary"]))
        names = tuple(str(name) for name in entry["class_names"])
        facts = DataFacts(found, names, str(entry["characters"]))
        counts = (*shape, *targets, found.classes, found.vocabulary)
        if min(*shape, *targets, found.outputs) < 1 or max(counts) > LARGEST or min(counts) < 0:
            raise DataError(f"its form is {form}")
        if len(facts.characters) != found.vocabulary or len(names) not in (0, found.classes):
            raise DataError("its names are not as many as its classes")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise FileError(
            f"run {run.path}: what its config.json says of the data is not whole: {error}."
        ) from error
    return facts
