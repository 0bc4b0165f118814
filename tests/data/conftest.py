"""Where the real data for tests lie, and small files in their place."""

import gzip
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from data.mirror import Mirror, idx, loader

from pellucid.data.idx import read_idx_and_digest


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The four original files of MNIST; the tests that need them are skipped without."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("PELLUCID_TEST_DATA", beside)) / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no MNIST in {folder}: set PELLUCID_TEST_DATA to the folder that holds mnist/")
    return folder


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four files of MNIST's form, for which alone the loader is made to look."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    files = []
    for file in loader.FILES:
        shape = (12 if "train" in file.name else 5, *file.shape[1:])
        array = np.arange(np.prod(shape)).reshape(shape) % (10 if len(shape) == 1 else 256)
        path = folder / f"{file.name}.gz"
        path.write_bytes(gzip.compress(idx(array)))
        files.append(replace(file, shape=shape, sha256=read_idx_and_digest(path)[1]))
    monkeypatch.setattr(loader, "FILES", tuple(files))
    return folder


@pytest.fixture
def mirror(small: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server on this machine that holds the small files under /good."""
    monkeypatch.setattr(Mirror, "asked", [])
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    root = small.parent / "server"
    shutil.copytree(small, root / "good")
    shutil.copytree(small, root / "wrong")
    for path in (root / "wrong").iterdir():
        path.write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x01x"))

    def handler(*arguments: object) -> Mirror:
        return Mirror(*arguments, directory=str(root))  # type: ignore[arg-type]

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
