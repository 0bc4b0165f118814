#!/usr/bin/env bash
# HDF5, format "latest": one number written to a chunked data set of fixed size makes the file as
# large as the index of all its chunks, 8 bytes each; the older format, and a data set declared as
# one that can grow, take 2 to 4 kB for the same content.
#
# Guessed before: the newer format is the more compact one, and chunks that hold nothing cost nothing.
# Seen with h5py 3.16.0 (HDF5 2.0.0) on Linux, x86-64:
#     earliest, fixed 3560    earliest, growing 3560    latest, fixed 8396946    latest, growing 2112
# So a table that is filled bit by bit is better declared with maxshape=(None, ...).
# Needs Python 3.11 or newer and a package index. Fails if what is seen changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check h5py==3.16.0 numpy==2.4.6
"$work/venv/bin/python" - "$work/table.h5" <<'PYTHON'
import os
import sys

import h5py

path, count, chunk = sys.argv[1], 2**26, 64
sizes = {}
for version in ("earliest", "latest"):
    for kind, limit in (("fixed", None), ("growing", (None,))):
        with h5py.File(path, "w", libver=version) as file:
            table = file.create_dataset("x", (count,), "u1", chunks=(chunk,), maxshape=limit)
            table[0] = 1
        with h5py.File(path) as file:
            assert file["x"][0] == 1 and file["x"][count - 1] == 0
        sizes[f"{version}, {kind}"] = os.path.getsize(path)
print("h5py", h5py.__version__, "HDF5", h5py.version.hdf5_version)
print("    ".join(f"{name} {size}" for name, size in sizes.items()))
index = 8 * count // chunk
if sizes["latest, fixed"] < index or any(s > 10_000 for n, s in sizes.items() if n != "latest, fixed"):
    sys.exit("This has changed.")
PYTHON
