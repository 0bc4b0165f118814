"""The docstrings of the house as reStructuredText.

rendered    a docstring as lines that mean what it says, whatever signs stand in it
plain       one text, with its code in backticks
"""

import inspect
import re
from collections.abc import Iterator

NAMES = "Shapes|Shape|Start|Errors|Source|Sources|Units|Formulas|Ties|Costs|Settings"
FIELD = re.compile(rf"(?P<name>{NAMES}): +(?P<text>\S.*)")
CODE = re.compile(r"`([^`\n]+)`")
SIGNS = re.compile(r"([\\*_|`\[\]<>])")
FORMULA = re.compile(r"[^`\n]* <- [^`\n]*")  # a first line that is the formula
ITEM = re.compile(r"- ")


def rendered(docstring: str) -> list[str]:
    """The lines: paragraphs, formulas as they stand, fields, examples."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        lines += [*part(paragraph.rstrip()), ""]
    return lines


def part(paragraph: str) -> Iterator[str]:
    """One paragraph, whose kind is seen by how it begins."""
    if paragraph.lstrip().startswith(">>>"):
        yield from (".. code-block:: pycon", "")
        yield from (f"   {line}" for line in inspect.cleandoc(paragraph).splitlines())
    elif paragraph.startswith(" ") or FORMULA.fullmatch(paragraph):
        yield from literal(paragraph)
    else:
        yield from flowing(paragraph)


def literal(text: str) -> Iterator[str]:
    """What stands indented: formulas and tables, sign by sign."""
    yield from (".. code-block:: text", "", *(f"   {line}" for line in dedented(text)))


def dedented(text: str) -> list[str]:
    """The lines without what all of them are indented by."""
    lines = text.splitlines()
    least = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return [line[least:] for line in lines]


def flowing(paragraph: str) -> Iterator[str]:
    """Text, in which fields such as `Shapes:` begin lines, and formulas may follow it."""
    held: list[str] = []
    lines = paragraph.splitlines()
    for place, line in enumerate(lines):
        begins = FIELD.match(line) or (ITEM.match(line) and place > 0)
        if line.startswith("    ") or line.lstrip().startswith(">>>"):
            yield from _closed(held)
            yield from part("\n".join(lines[place:]))
            return
        if begins and held:
            yield from _closed(held)
            held = []
        held.append(line.strip())
    yield from _closed(held)


def _closed(held: list[str]) -> Iterator[str]:
    if held:
        text = " ".join(held)
        field = FIELD.match(text)
        yield f"**{field['name']}:** {plain(field['text'])}" if field else plain(text)
        yield ""


def plain(text: str) -> str:
    """A text with its code in backticks; no other sign means anything."""
    parts = CODE.split(text)
    words = [SIGNS.sub(r"\\\1", part) for part in parts[::2]]
    codes = [f"``{code.strip()}``\\ " for code in parts[1::2]]
    joined = words[0] + "".join(f"\\ {c}{w}" for c, w in zip(codes, words[1:], strict=True))
    return re.sub(r"^([-+]|\d+\.|\.\.|>>>|#\.)(?=\s)", r"\\\1", joined.lstrip())
