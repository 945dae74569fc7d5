"""How the dashboard's process is started: the same for `solo run` and `solo dashboard`."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

import app
from app.config.settings import Settings
from app.kernel.errors import Busy

HOST: Final = "127.0.0.1"
"""It shows what was said, so it is never open to the network."""
PAGE: Final = Path(__file__).with_name("page.py")
OPTIONS: Final = {
    "server.address": HOST,
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableCORS": "true",  # means: refuse the pages of other origins
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": HOST,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "logger.level": "error",
    "runner.magicEnabled": "false",  # else every bare string of the page is shown
}
ALLOWED_HOSTS: Final = ("127.0.0.1", "localhost")


def url(settings: Settings) -> str:
    """Where a browser finds it."""
    return f"http://{HOST}:{settings.dashboard.port}"


def command(settings: Settings) -> list[str]:
    """What to run. The child watches its standard input and ends when that does."""
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    options += [f"--server.allowedHosts={host}" for host in ALLOWED_HOSTS]
    options += [f"--server.port={settings.dashboard.port}"]
    own = [str(settings.data_dir.resolve()), str(settings.dashboard.refresh_seconds)]
    return [sys.executable, "-m", "app.ui.dashboard.child", "run", str(PAGE), *options, "--", *own]


def environment() -> dict[str, str]:
    """The environment of the child: ours, without settings and with the package to be found."""
    root = str(Path(app.__file__).resolve().parent.parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOLO_", "STREAMLIT_"))}
    path = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH", ""))))
    return kept | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def check_port(settings: Settings) -> None:
    """Raise Busy when something listens on the dashboard's port."""
    port = settings.dashboard.port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Busy(
                f"Port {port}, where the dashboard should be, is in use by another program or another Solo.",
                hint=f"Stop that one, or choose another port: SOLO_DASHBOARD__PORT={port + 1}",
            ) from error
