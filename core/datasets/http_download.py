"""One file over HTTP: resumable, checked, and every way it can fail said in a sentence."""

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from core.datasets.atomic_files import digest, flush_to_disk
from core.datasets.errors import DownloadFailed, WrongChecksum
from core.i18n.translation import _, together

TIMEOUT_S: Final = 30.0
CHUNK_BYTES: Final = 1 << 16

Report = Callable[[int, str], None]

_NETWORK_ERRORS: Final = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError)


def fetch_file(url: str, target: Path, md5: str, report: Report, timeout_s: float = TIMEOUT_S) -> None:
    """Put the file at `url` in place as `target`, which appears only whole and with the right MD5.

    Bytes that arrive are kept in `<target>.part`, and the next call asks for the rest (HTTP Range).
    `report(bytes_here, what)` is called for every 64 KB and may raise to cancel.
    Raises: DownloadFailed, WrongChecksum (the file is removed), OSError of the local disk.
    """
    part = target.with_name(f"{target.name}.part")
    resumed = _receive(url, part, report, timeout_s)
    if resumed and digest(part, "md5") != md5:
        part.unlink()  # what was here may be of another version: once more, from zero
        _receive(url, part, report, timeout_s)
    found = digest(part, "md5")
    if found != md5:
        part.unlink()
        raise WrongChecksum(
            _(
                "What {url} sent is not the published file (its MD5 is {found}, not {md5}), so it was removed.",
                url=url,
                found=found,
                md5=md5,
            ),
            _("Try again. If it happens again, the server or the network is changing the file."),
        )
    flush_to_disk(part)
    part.replace(target)


def _receive(url: str, part: Path, report: Report, timeout_s: float) -> bool:
    """Fetch `url` into `part`, going on where it ends; return whether it went on rather than began."""
    here = part.stat().st_size if part.exists() else 0
    name = part.name.removesuffix(".part")
    what = _("Downloading {name}", name=name)
    try:
        response = _open(url, here, timeout_s)
    except urllib.error.HTTPError as error:
        if error.code == 416 and here:  # nothing after what is here: whole already, or of another file
            return True
        raise _failure(url, error, part) from error
    except _NETWORK_ERRORS as error:
        raise _failure(url, error, part) from error
    with response:
        resumed = here > 0 and response.status == 206
        done = here if resumed else 0
        length = response.headers.get("Content-Length")
        expected = done + int(length) if length and length.isdigit() else None
        with part.open("ab" if resumed else "wb") as sink:
            while block := _read(response, url, part):
                sink.write(block)
                done += len(block)
                report(done, what)
    if expected is not None and done < expected:
        raise DownloadFailed(
            _(
                "The connection to {host} was lost after {done:size} of {total:size} of {file}.",
                host=_host(url),
                done=done,
                total=expected,
                file=name,
            ),
            _("Start the download again: it continues where it stopped."),
        )
    return resumed


def _open(url: str, here: int, timeout_s: float) -> Any:
    request = urllib.request.Request(url, headers={"User-Agent": "inkling", "Accept-Encoding": "identity"})
    if here:
        request.add_header("Range", f"bytes={here}-")
    return urllib.request.urlopen(request, timeout=timeout_s)


def _read(response: Any, url: str, part: Path) -> bytes:
    try:
        return response.read(CHUNK_BYTES)
    except (*_NETWORK_ERRORS, OSError) as error:
        raise _failure(url, error, part) from error


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


def _failure(url: str, error: Exception, part: Path) -> DownloadFailed:
    """Return the error that says in words what went wrong with `url`, and what to do."""
    by_hand = _(
        "Or download {url} on another computer and save it as {path}.",
        url=url,
        path=str(part.with_suffix("")),
    )
    if isinstance(error, urllib.error.HTTPError):
        later = error.code >= 500 or error.code == 429
        remedy = _("Try again later.") if later else _("The file may have moved.")
        return DownloadFailed(_http_error(url, error), together(remedy, by_hand))
    remedy = _("Check the network and start again: it continues where it stopped.")
    return DownloadFailed(_network_error(_host(url), error), together(remedy, by_hand))


def _http_error(url: str, error: urllib.error.HTTPError) -> str:
    return _(
        "{host} answered HTTP {status:text} ({reason}) for {url}.",
        host=_host(url), status=error.code, reason=error.reason, url=url,
    )  # fmt: skip


def _network_error(host: str, error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, socket.gaierror):
        return _("The address {host} could not be found: there seems to be no network.", host=host)
    if isinstance(reason, TimeoutError):
        return _("{host} did not answer in time.", host=host)
    if isinstance(reason, ConnectionRefusedError):
        return _("{host} refused the connection.", host=host)
    told = str(reason) or type(error).__name__
    if isinstance(reason, ssl.SSLError):
        return _("A secure connection to {host} could not be made ({reason}).", host=host, reason=told)
    return _("The connection to {host} failed ({reason}).", host=host, reason=told)
