"""What can go wrong with whoever answers elsewhere, a sentence for each: every way has another way out.

Pure: what was seen in, a SoloError out.  A key never stands in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from math import isfinite

from app.kernel.errors import (
    BadInput,
    Forbidden,
    Interrupted,
    NotFound,
    RateLimited,
    SoloError,
    TimedOut,
    Unavailable,
    Unsupported,
)

LONGEST_REASON = 300
NAMES_SHOWN = 8
ELSEWHERE = "api_key in SOLO_LLM__PROVIDERS__OTHER"
"""Where the key of a provider goes that is plugged in."""
LIKE_A_KEY = re.compile(r"\b(?:(?:sk|pk|hf|gsk|key)[-_]|AIza)[A-Za-z0-9*_-]{8,}")
NO_CREDIT = ("insufficient_quota", "billing_error", "credit balance", "exceeded your current quota")


class NotTaken(BadInput):
    """Whoever answers does not take the request as it stands; said otherwise they may."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The sentences of one engine. who: as it begins a sentence; section: how its settings begin,
    empty where it has none of its own; variable: where its own tools look for its key; secret: its key."""

    who: str
    model: str
    seconds: float
    section: str = ""
    variable: str = ""
    known: tuple[str, ...] = ()
    secret: str = ""

    # -- before anything was asked ---------------------------------------------------------------

    def no_key(self) -> Forbidden:
        """None is set."""
        return Forbidden(f"{self.who} wants a key, and none is set.", hint=self._set_key())

    def nobody(self) -> Unavailable:
        """Nobody takes the connection."""
        hint = f"Is it running, and is there a network? {self._look_at('URL')}".strip()
        return Unavailable(f"Nobody answers for {self._lower()}.", hint=hint)

    def hung_up(self) -> Unavailable:
        """Somebody took the connection, and ended it without a word."""
        hint = f"Try again. {self._look_at('URL')}".strip()
        return Unavailable(f"{self.who} hung up before it answered.", hint=hint)

    def unknown_model(self, offered: tuple[str, ...] = ()) -> NotFound:
        """offered: what it has instead."""
        names = offered or self.known
        near = get_close_matches(self.model, names, n=2)
        if near:
            hint = f"Did you mean {' or '.join(near)}?"
        elif names:
            hint = f"It has: {', '.join(names[:NAMES_SHOWN])}{' …' if len(names) > NAMES_SHOWN else ''}."
        else:
            hint = f"Name one that it has. {self._look_at('URL')}".strip()
        return NotFound(f"{self.who} does not know the model {self.model!r}.", hint=hint)

    def cannot(self, what: str) -> Unsupported:
        """Something was asked for that this model cannot do."""
        return Unsupported(f"{self.who} cannot give {what} with the model {self.model}.")

    # -- answers that are failures ---------------------------------------------------------------

    def by_status(
        self, status: int, reason: str = "", *, code: str = "", after: float | None = None
    ) -> SoloError:
        """An HTTP status. code: what the provider calls it; after: seconds that it wants to be left alone."""
        said = self.clean(reason)
        words = f"{code} {reason}".lower()
        if status == 402 or (after is None and any(mark in words for mark in NO_CREDIT)):
            return self._no_credit()
        match status:
            case 401:
                return Forbidden(f"{self.who} does not accept Solo's key.", hint=self._set_key())
            case 403:
                return Forbidden(f"{self.who} does not allow that to Solo's key{_because(said)}.")
            case 404:
                return self.unknown_model()
            case 408 | 504:
                return TimedOut(f"{self.who} was too slow for itself (status {status}).", hint="Try again.")
            case 429:
                hint = "Try later." if after is None else f"Try again in {after:g} s."
                return RateLimited(f"{self.who} has had enough requests for now.", hint=hint, after=after)
            case 400 | 422:
                return NotTaken(f"{self.who} refuses this request{_because(said)}.")
            case 409 | 413:
                return BadInput(f"{self.who} refuses this request{_because(said)}.")
            case _ if 300 <= status < 400:
                return self.not_such()
            case _:
                return Unavailable(f"{self.who} failed with status {status}.", hint="Try again later.")

    def refused(self, why: str = "") -> BadInput:
        """It does not want to answer that."""
        return BadInput(f"{self.who} refuses to answer that{_because(self.clean(why))}.")

    def silent(self) -> TimedOut:
        """Nothing came for as long as the settings allow."""
        hint = f"Try again. {self._look_at('TIMEOUT_SECONDS')}".strip()
        return TimedOut(f"{self.who} was silent for {self.seconds:g} s.", hint=hint)

    def broke_off(self, why: str = "") -> Interrupted:
        """It began to answer."""
        return Interrupted(
            f"{self.who} broke off in the middle of its answer{_because(self.clean(why))}.", hint="Try again."
        )

    def not_such(self) -> Unavailable:
        """What came is not what such a server says."""
        hint = self._look_at("URL") or "Check its address."
        return Unavailable(f"What answers for {self._lower()} does not speak as it should.", hint=hint)

    # -- words -----------------------------------------------------------------------------------

    def clean(self, reason: str) -> str:
        """What a server gave as its reason, fit to be shown: a line, without keys and markup."""
        if self.secret:
            reason = reason.replace(self.secret, "…")
        reason = LIKE_A_KEY.sub("…", " ".join(reason.split()))
        return "" if reason.startswith("<") else reason.rstrip(".")[:LONGEST_REASON]

    def _no_credit(self) -> RateLimited:
        return RateLimited(
            f"What was paid for at {self._lower()} is used up.", hint="Look at the account there."
        )

    def _set_key(self) -> str:
        names = [f"{self.section}__API_KEY", *([self.variable] if self.variable else [])]
        names = names if self.section else []
        return f"Set {' or '.join(names or [ELSEWHERE])}."

    def _look_at(self, setting: str) -> str:
        return f"Look at {self.section}__{setting}." if self.section else ""

    def _lower(self) -> str:
        return self.who[0].lower() + self.who[1:] if self.who.startswith("The ") else self.who


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header; None where it is not there or makes no sense. A date counts from
    the date of the answer itself: the clocks of two machines need not agree (RFC 9110, 10.2.3)."""
    wish = headers.get("retry-after", "")
    try:
        if "retry-after-ms" in headers:
            return _seconds(float(headers["retry-after-ms"]) / 1000)
        return _seconds(float(wish))
    except ValueError:
        pass
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
        return _seconds((parsedate_to_datetime(wish) - told).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _seconds(value: float) -> float | None:
    return max(0.0, value) if isfinite(value) else None
