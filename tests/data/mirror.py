"""Files of MNIST's form, and a server that gives them, cut off, without end, or not at all."""

import http.server
import importlib
import struct
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

# The function `mnist` hides its module from an ordinary import.
loader = importlib.import_module("pellucid.data.mnist")


NAMES = [file.name for file in loader.FILES]


def idx(array: np.ndarray[Any, Any]) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


class Mirror(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; what it is asked for stands in `asked`."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/cut/"):
            self.path = self.path.removeprefix("/cut")
            content = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
        elif self.path.startswith("/endless/"):
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(2**16))
            except OSError:
                return
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass
