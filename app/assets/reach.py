"""Whether a host can be reached, found out in a second and remembered while the process lives.

Name resolution has no timeout of its own, so the attempt is made in a thread that is left behind when
it takes too long.
"""

from __future__ import annotations

import socket
import threading
import urllib.request
from urllib.parse import urlsplit

from app.kernel.errors import Unavailable

SECONDS = 1.5
_known: dict[str, bool] = {}
_lock = threading.Lock()


def forget() -> None:
    """Ask again next time."""
    with _lock:
        _known.clear()


def lost(place: str) -> None:
    """Remember that this place cannot be reached."""
    with _lock:
        _known[place] = False


def lost_host(url: str) -> None:
    """Remember that the host of this URL cannot be reached."""
    lost(_place(url))


def known_lost(place: str) -> bool:
    """Whether it was found out of reach before."""
    return _known.get(place) is False


def require(url: str, what: str, seconds: float = SECONDS) -> None:
    """Unavailable unless the host of `url`, or the proxy on the way to it, takes connections."""
    place = _place(url)
    reachable = _known.get(place)
    if reachable is None:
        reachable = _try(*_door(url), seconds)
        with _lock:
            _known[place] = reachable
    if not reachable:
        raise Unavailable(f"{what} cannot be reached from here.", hint="Are you online?")


def _place(url: str) -> str:
    host, port = _door(url)
    return f"{host}:{port}"


def _door(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(host):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host = parts.hostname or host
    return host, parts.port or (443 if parts.scheme == "https" else 80)


def _try(host: str, port: int, seconds: float) -> bool:
    answered: list[bool] = []

    def attempt() -> None:
        try:
            socket.create_connection((host, port), timeout=seconds).close()
        except (OSError, UnicodeError):
            return
        answered.append(True)

    thread = threading.Thread(target=attempt, name="reach", daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answered)
