"""Formulas as MathML, made at the build: the browser sets them, without script or network.

The font is STIX Two Math, which comes with the site.
"""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

NAME = re.compile(r"<(m[io])>([A-Za-z]{2,})</\1>")  # of a function: one of several letters
OPENED = re.compile(r"(?:<mrow>)?<mo[^>]*>&#x000(?:28|7B|5B);")
OPERAND = re.compile(r"</m(?!o|row|space)\w+>(?:<m(?:sub|sup|subsup|under)>)?$")
THIN = "0.1667em"
UNKNOWN = re.compile(r"<m[io]>(\\\w+)</m[io]>")


def setup(app: Any) -> dict[str, Any]:
    """Give Sphinx this renderer of formulas."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def mathml(latex: str, *, display: str) -> str:
    """The formula as MathML, with its LaTeX for those who copy it.

    The converter has `split`; inside a formula `aligned` means the same.
    Errors: ValueError for a command that is not known, and for columns where there are none.
    """
    written = str(convert(latex.replace("{aligned}", "{split}"), display=display))
    unknown = UNKNOWN.search(written)
    if unknown:
        raise ValueError(f"formula {latex!r}: {unknown[1]} is not known")
    if "<mi>&</mi>" in written:
        raise ValueError(f"formula {latex!r}: & stands where there are no columns")
    return NAME.sub(spaced, written)


def spaced(name: re.Match[str]) -> str:
    """The name of a function with thin spaces to what it stands between, as TeX has them."""
    before, behind = name.string[: name.start()], name.string[name.end() :]
    left = THIN if OPERAND.search(before) else "0"
    right = "0" if OPENED.match(behind) else THIN
    return f'<mo lspace="{left}" rspace="{right}">{name[2]}</mo>'


def inline(writer: Any, node: nodes.math) -> None:
    """A formula in a line."""
    writer.body.append(mathml(node.astext(), display="inline"))
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """A formula by itself; a wide one is scrolled, by keyboard too."""
    made = mathml(node.astext(), display="block")
    writer.body.append(f'<div class="formula" tabindex="0" role="group">{made}</div>\n')
    raise nodes.SkipNode
