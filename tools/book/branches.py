"""The contents beside a page show what lies below the page's own branch, and no other.

All of them on every page would be a third of the site.
"""

from typing import Any


def narrow(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give the theme contents in which other branches are closed."""
    whole = context["toctree"]

    def closed(**wanted: Any) -> Any:
        return whole(**{**wanted, "collapse": True})

    context["toctree"] = closed


def setup(app: Any) -> dict[str, Any]:
    """Do so before the theme asks for them."""
    app.connect("html-page-context", narrow, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
