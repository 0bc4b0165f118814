"""Files that pellucid reads and writes: atomically, without pickle, with errors that name them.

    files        write_atomic: a file is either whole and new, or untouched
    jsonl        append_jsonl, read_jsonl, truncate_jsonl: one JSON record a line
    safetensors  save, load: named arrays

`safetensors` is used by its module name (`from pellucid.io import safetensors`), since `save` and
`load` alone would not say what they save.
"""

from pellucid.io.files import write_atomic
from pellucid.io.jsonl import append_jsonl, read_jsonl, truncate_jsonl

__all__ = ["append_jsonl", "read_jsonl", "truncate_jsonl", "write_atomic"]
