"""Every failure that Solo can name.

    SoloError
    ├── UserError              the person can mend it: wrong value, wrong file, wrong name
    │   ├── BadInput           a request or a file that cannot be used as it is
    │   ├── NotFound           a name that stands for nothing: device, model, voice, memory
    │   ├── BadSettings        a setting that is unknown or has a wrong value
    │   ├── MissingExtra       an optional part that is not installed
    │   ├── Forbidden          the door rules say no
    │   ├── TooLarge           more than the limit of size or time
    │   └── Busy               another process or program holds it: data folder, port
    ├── PermanentError         trying again cannot help, and it is not the asker's fault
    │   ├── BrokenFile         truncated, damaged or hostile file; hash mismatch
    │   ├── Unsupported        the engine cannot do what was asked of it
    │   └── NoSpace            the disk is full
    ├── TransientError         trying again may help
    │   ├── Unavailable        a service or server is down, starting, or gave up
    │   ├── NoMemory           what is to be loaded does not fit beside what is there
    │   ├── RateLimited        too much was asked in too short a time, or a quota is used up
    │   ├── DeviceLost         a sound device went away
    │   ├── TimedOut           no answer in time
    │   └── Interrupted        a stream broke off in the middle
    ├── TurnCancelled          not a failure: the turn was called off
    └── Bug                    none of the above: Solo is wrong

An error is a situation, not a place.  The message is one sentence that names the thing; `hint` is
the way out; `code` is stable and meant for programs.  `kind` decides the HTTP status, whether a
retry can help, what is spoken and how loudly it is logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, cast


class Kind(StrEnum):
    """What a failure means for whoever has to go on."""

    USER = "user"
    PERMANENT = "permanent"
    TRANSIENT = "transient"
    BUG = "bug"


class SoloError(Exception):
    """Something went wrong that Solo can explain."""

    kind: ClassVar[Kind] = Kind.BUG
    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.hint = hint
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UserError(SoloError):
    """The request cannot be carried out as it stands."""

    kind = Kind.USER
    code = "bad_request"
    status = 400
    exit_code = 2


class BadInput(UserError):
    """The input cannot be used."""

    code = "bad_input"
    status = 422


class NotFound(UserError):
    """There is nothing of that name."""

    code = "not_found"
    status = 404


class BadSettings(UserError):
    """A setting is unknown or has a wrong value."""

    code = "bad_settings"


class MissingExtra(UserError):
    """An optional part is not installed."""

    code = "missing_extra"
    status = 501


class Forbidden(UserError):
    """That is not allowed."""

    code = "forbidden"
    status = 403


class TooLarge(UserError):
    """That is larger than the limit."""

    code = "too_large"
    status = 413


class Busy(UserError):
    """Something else is using it."""

    code = "busy"
    status = 409


class PermanentError(SoloError):
    """That cannot work, and trying again will not help."""

    kind = Kind.PERMANENT
    code = "permanent"


class BrokenFile(PermanentError):
    """The file is damaged."""

    code = "broken_file"


class Unsupported(PermanentError):
    """The engine cannot do that."""

    code = "unsupported"
    status = 501


class NoSpace(PermanentError):
    """The disk is full."""

    code = "no_space"
    status = 507


class TransientError(SoloError):
    """That did not work this time."""

    kind = Kind.TRANSIENT
    code = "transient"
    status = 503


class Unavailable(TransientError):
    """A part of Solo is not available."""

    code = "unavailable"


class NoMemory(TransientError):
    """There is not enough memory."""

    code = "no_memory"


class RateLimited(TransientError):
    """Too much was asked in too short a time. after: seconds to wait, None when nobody said."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str = "", *, hint: str = "", after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.after = after


class DeviceLost(TransientError):
    """A sound device went away."""

    code = "device_lost"


class TimedOut(TransientError):
    """There was no answer in time."""

    code = "timed_out"
    status = 504


class Interrupted(TransientError):
    """The answer broke off in the middle."""

    code = "interrupted"
    status = 502


class TurnCancelled(SoloError):
    """The turn was called off."""

    kind = Kind.TRANSIENT
    code = "cancelled"
    status = 409


class Bug(SoloError):
    """Solo made a mistake."""

    code = "bug"


def explain(error: BaseException) -> SoloError:
    """Return `error` as a SoloError: itself, or a Bug that names its type and chains it.

    Of a group (task groups raise those) the first SoloError counts, else the first of all.
    """
    leaves = list(_leaves(error))
    for leaf in leaves:
        if isinstance(leaf, SoloError):
            return leaf
    first = leaves[0] if leaves else error
    wrapped = Bug(f"Solo made a mistake ({type(first).__name__}: {first}).", hint="Please report it.")
    wrapped.__cause__ = error
    return wrapped


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in cast(BaseExceptionGroup[BaseException], error).exceptions:
            yield from _leaves(inner)
    else:
        yield error
