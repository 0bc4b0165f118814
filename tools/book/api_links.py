"""Names in code lead to the reference: `pellucid.nn.Linear`, `nn.Linear`, `pc.grad`."""

from typing import Any

from docutils import nodes
from sphinx import addnodes

SHORT = {
    "pc": "pellucid",
    **{name: f"pellucid.{name}" for name in ("nn", "optim", "functional", "data", "tune", "lab")},
}


def full(text: str) -> str:
    """The whole name that is meant by code in a line; "" where it is none."""
    name = text.partition("(")[0]
    first, dot, rest = name.partition(".")
    return f"{SHORT.get(first, first)}.{rest}" if dot else ""


def link(app: Any, doctree: nodes.document, docname: str) -> None:
    """Make links of the code that names something public."""
    domain = app.env.domains["py"]
    for node in list(doctree.findall(nodes.literal)):
        target = domain.objects.get(full(node.astext()))
        is_free = not isinstance(node.parent, nodes.reference | addnodes.pending_xref)
        if target is None or not is_free:
            continue
        uri = app.builder.get_relative_uri(docname, target.docname)
        reference = nodes.reference("", "", internal=True, refuri=f"{uri}#{target.node_id}")
        node.replace_self(reference)
        reference += node


def setup(app: Any) -> dict[str, Any]:
    """Do so when references are resolved."""
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
