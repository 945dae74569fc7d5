"""Which addresses are on this machine, and whom to trust there."""

from __future__ import annotations

import ipaddress
import ssl
from functools import cache
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """The host of the URL is this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def trusted(url: str) -> ssl.SSLContext | bool:
    """For `verify` of an HTTP client that goes to this address and nowhere else: nobody where plain HTTP is
    spoken on this machine, for reading the usual certificates takes 17 ms; elsewhere True, as usual."""
    return nobody() if url.startswith("http://") and is_loopback(url) else True


@cache
def nobody() -> ssl.SSLContext:
    """Trusts no certificate at all."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
