"""Where the dashboard's numbers come from: HTTP, and nothing else of Solo but the shapes.

A running Solo says in run/address.json of its data folder where it listens, and in run/token what
opens the rest.  Both are read again each time, so the page finds a Solo that was started anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from app.api.schemas import AskReply, DialoguesReply, ErrorReport, StatusReport
from app.kernel.loopback import nobody

PATIENCE: Final = 4.0
"""Seconds for what is known already."""
ANSWER_PATIENCE: Final = 300.0
"""Seconds for what has to be thought about."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Missing:
    """There is nothing to show; why, in a sentence, and the way out."""

    why: str
    hint: str = ""


class Source:
    """Asks the Solo of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._run = data_dir / "run"
        self._client = httpx.Client(timeout=PATIENCE, trust_env=False, verify=nobody())

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def status(self) -> StatusReport | Missing:
        """How Solo is, or why that is not known."""
        return self._fetch("GET", "/status", StatusReport)

    def dialogues(self, limit: int = 20) -> DialoguesReply | Missing:
        """What was said lately; needs the token."""
        return self._protected("GET", "/api/v1/dialogues", DialoguesReply, params={"limit": limit})

    def ask(self, text: str) -> AskReply | Missing:
        """Say this to Solo and wait for its answer; needs the token."""
        return self._protected("POST", "/api/v1/ask", AskReply, json={"text": text}, timeout=ANSWER_PATIENCE)

    def _token(self) -> str | None:
        try:
            return (self._run / "token").read_text("ascii").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def _url(self) -> str | None:
        try:
            return str(json.loads((self._run / "address.json").read_bytes())["url"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _protected(self, method: str, path: str, kind: type[M], **request: Any) -> M | Missing:
        token = self._token()
        if token is None:
            return Missing(
                f"The token is missing: {self._run / 'token'} cannot be read.", "solo run makes one."
            )
        return self._fetch(method, path, kind, headers={"Authorization": f"Bearer {token}"}, **request)

    def _fetch(self, method: str, path: str, kind: type[M], **request: Any) -> M | Missing:
        url = self._url()
        if url is None:
            return Missing("Solo is not running.", "Start it: solo run")
        try:
            answer = self._client.request(method, url + path, **request)
        except httpx.TimeoutException:
            return Missing("Solo does not answer.", f"It was asked at {url}.")
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            return Missing("Solo is not running.", "Start it: solo run")
        except httpx.HTTPError:
            return Missing("Solo is not running any more.", "Start it: solo run")
        try:
            if answer.is_error:
                error = ErrorReport.model_validate_json(answer.content).error
                return Missing(error.message, error.hint)
            return kind.model_validate_json(answer.content)
        except ValidationError:
            return Missing(
                "What answers there is another version of Solo.", "Restart solo and the dashboard."
            )
