"""`pellucid about`: versions, machine and places, as one pastes them into a report of a fault.

about    print them, as lines or as JSON
facts    the same by name
"""

import os
import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path

import numpy as np

from pellucid import executors
from pellucid.cli.present import plain_console, write_json
from pellucid.executors.cpus import available
from pellucid.executors.threads import threads
from pellucid.version import __version__

Facts = dict[str, str]

CORE = ("numpy", "llvmlite", "safetensors", "click", "rich")
EXTRAS = {
    "plot": ("matplotlib", "pillow"),
    "sklearn": ("scikit-learn",),
    "hdf5": ("h5py",),
    "gzip": ("zlib-ng",),
    "explain": ("graphlay",),
}
GIB, MIB = 2**30, 2**20


def about(*, as_json: bool) -> int:
    """Print what is known of this installation and machine."""
    found = facts()
    if as_json:
        write_json(found)
        return 0
    console, width = plain_console(), max(map(len, found))
    for name, text in found.items():
        console.print(f"{name:{width}}  {text}")
    return 0


def facts() -> Facts:
    """Versions, machine and places by name. Nothing of it is secret but the paths."""
    return {
        "pellucid": f"{__version__} in {Path(__file__).parents[1]}",
        "Python": f"{platform.python_version()} ({platform.python_implementation()}), "
        f"{sys.executable}",
        "system": f"{platform.platform()}, {platform.machine()}",
        "CPU": _cpu(),
        "threads": f"{threads()} used, {available()} allowed, {os.cpu_count()} in the machine",
        "memory": _memory(),
        "executor": _executor(),
        "packages": ", ".join(_version(name) for name in CORE),
        **{f"extra {name}": _extra(name) for name in EXTRAS},
        "disk cache": _cache(),
        "this folder": f"{Path.cwd()}, {_free(Path.cwd())}",
    }


def _version(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return f"{name} missing"


def _extra(name: str) -> str:
    found = [_version(package) for package in EXTRAS[name]]
    if any(text.endswith(" missing") for text in found):
        found.append(f"install with: pip install 'pellucid[{name}]'")
    return ", ".join(found)


def _cpu() -> str:
    """Its name as Linux knows it, else as Python does."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    """Of the whole machine, where the system tells."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES")
        free = os.sysconf("SC_AVPHYS_PAGES")
        size = os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{pages * size / GIB:.1f} GiB, {free * size / GIB:.1f} GiB unused"


def _executor() -> str:
    """The default executor, with the vectors that the native one writes code for."""
    name = executors.default()
    if name != "native":
        return name
    from pellucid.executors.native.machine.target import host

    target = host()
    lanes = target.lanes(np.dtype(np.float32))
    return f"native: {target.name} code for {target.cpu}, {lanes} float32 a vector"


def _cache() -> str:
    from pellucid.executors.native.machine.cache import Cache

    cache = Cache()
    entries, size = cache.content()
    where = f"{cache.path}, {entries} programs, {size / MIB:.1f} of {cache.limit_bytes / MIB:.0f}"
    return f"{where} MiB, {_free(cache.path)}"


def _free(path: Path) -> str:
    """Free space where a folder is, or would be made."""
    while not path.exists() and path != path.parent:
        path = path.parent
    try:
        return f"{shutil.disk_usage(path).free / GIB:.1f} GiB free"
    except OSError as reason:
        return f"free space unknown ({reason.strerror})"
