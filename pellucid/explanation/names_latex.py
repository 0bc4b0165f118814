"""Names in LaTeX, as those of the text stand in print.

name_latex      a name with its layer, and with the step that it stands for
"""

import re

GREEK = ("mu", "sigma", "gamma", "beta", "alpha", "epsilon", "delta", "lambda")


def name_latex(name: str) -> str:
    """A name in LaTeX: `dz1` with its d upright and its 1 below, `W[2]` with [2] above."""
    if name.startswith("["):
        return rf"\left{name[:-1]}\right]"
    name, step = _apart(name)
    found = re.fullmatch(r"(d?)([A-Za-z_]+?)(\d*)(\[\d+\])?", name)
    if found is None or name in ("m",):
        plain = name if name == "m" else rf"\mathtt{{{name}}}".replace("_", r"\_")
        return plain + (f"_{{{step}}}" if step else "")
    change, stem, below, above = found.groups()
    if not stem or (change and name == "d"):
        change = ""
        stem = name
    accent = {"xhat": r"\hat{x}", "zhat": r"\hat{z}", "var": r"\sigma^2"}
    long = stem if len(stem) == 1 else rf"\mathit{{{stem}}}".replace("_", r"\_")
    shown = accent.get(stem) or (rf"\{stem}" if stem in GREEK else long)
    below = ", ".join(filter(None, (below, step)))
    shown += f"_{{{below}}}" if below else ""
    shown += f"^{{{above}}}" if above else ""
    return (r"\mathrm{d}" if change else "") + shown


def _apart(name: str) -> tuple[str, str]:
    """A name, and the step that it stands for."""
    found = re.fullmatch(r"(.+?)_(?:([t01])|\{(.+)\})", name)
    return (name, "") if found is None else (found[1], found[2] or found[3])


def raised(base: str) -> str:
    """A base in LaTeX that may have something above it already."""
    return f"{{{base}}}" if "^" in base else base


def tens(text: str) -> str:
    """A number in LaTeX: 2e-05 as 2 times a power of ten."""
    before, e, after = text.partition("e")
    if not e:
        return text
    power = rf"10^{{{int(after)}}}"
    return power if before == "1" else rf"{before} \cdot {power}"
