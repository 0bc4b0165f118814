"""Fetching one file over HTTP: whole and checked, or not there at all."""

import contextlib
import http.client
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from pellucid import disk
from pellucid.errors import FileError, OptionError
from pellucid.io.files import file_error

CHUNK = 2**16


def download(
    addresses: tuple[str, ...],
    path: Path,
    verify: Callable[[Path], None],
    *,
    max_bytes: int,
    timeout: float,
) -> None:
    """Fetch `path` from the first address that gives a file which `verify` accepts.

    The answer goes to a temporary name in the same folder and takes its own name only when it is
    whole, flushed and verified. `verify` raises FileError for a file that is wrong.

    Units:  max_bytes: bytes, more are not taken from any address; timeout: seconds without answer.
    Errors: FileError with the reason of every address where all fail, or where the file cannot
        be written; OptionError for an address that is not http or https.
    """
    for address in addresses:
        if not address.startswith(("https://", "http://")):
            raise OptionError(f"download: {address!r} is not an http or https address.")
    reasons = []
    for address in addresses:
        try:
            with _temporary(path) as temporary:
                _receive(address, temporary, max_bytes, timeout)
                verify(temporary)
                disk.replace(temporary, path)
            return
        except _AddressError as error:
            reasons.append(f"{address}: {error}")
        except FileError as error:
            reasons.append(f"{address}: {str(error).replace(str(temporary), path.name)}")
        except OSError as error:
            raise file_error("download", path, error) from error
    listing = "".join(f"\n  {reason}" for reason in reasons)
    raise FileError(
        f"download {path}: no mirror gave the file. Check the connection, or fetch it by other "
        f"means and put it there.{listing or ' There are no mirrors to ask.'}"
    )


class _AddressError(Exception):
    """What went wrong at one address; the next may do better."""


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to, which is left empty."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _receive(address: str, temporary: Path, max_bytes: int, timeout: float) -> None:
    """Write what the address sends to a new file, and flush it to the disk."""
    temporary.parent.mkdir(parents=True, exist_ok=True)
    with open(temporary, "xb") as file:
        for chunk in _chunks(address, max_bytes, timeout):
            file.write(chunk)
        file.flush()
        disk.flush(file.fileno())


def _chunks(address: str, max_bytes: int, timeout: float) -> Iterator[bytes]:
    """The body of the answer, piece by piece; _AddressError for every failure of the network."""
    request = urllib.request.Request(address, headers={"User-Agent": "pellucid"})  # noqa: S310
    received = 0
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310
            while chunk := response.read(CHUNK):
                received += len(chunk)
                if received > max_bytes:
                    raise _AddressError(f"it sends more than the {max_bytes:,} bytes expected")
                yield chunk
            if response.length:
                raise _AddressError(f"the connection ended {response.length:,} bytes too early")
    except urllib.error.HTTPError as error:
        error.close()
        raise _AddressError(str(error)) from error
    except urllib.error.URLError as error:
        raise _AddressError(str(error.reason) or str(error)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _AddressError(str(error) or type(error).__name__) from error
