"""A Solo with its real language model, embedder, ear and voice behind its real door, for programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal

from app.api.address import read_address, read_token
from app.config.settings import Settings
from app.events.llm import LLMRequestEvent
from app.kernel.runtime import Runtime
from app.kernel.supervisor import Supervisor
from app.main import Parts
from app.voice.pipeline import Roads
from tests.conftest import MODELS


@dataclass(frozen=True)
class Open:
    """Where it is, and what opens it."""

    url: str
    token: str
    runtime: Runtime


ROLES = ("generation", "analysis", "maintenance")
ENGINE = "xllamacpp"


def settings_of(data_dir: Path, model: str, **api: Any) -> Settings:
    """Everything as shipped, but for the model, the port and what is said of the API."""
    return Settings.model_validate(
        {
            "data_dir": data_dir,
            "cache_dir": data_dir / "cache",  # an answer of the last run is none of this one's
            "models_dir": MODELS,
            "api": {"port": 0, **api},
            # Not what `auto` takes where both are installed: the other has no probabilities of tokens.
            "llm": {role: {"model": model, "engine": ENGINE} for role in ROLES},
            "memory": {"enabled": False},
            "skills": {"enabled": False},
            "dashboard": {"autostart": False},
        }
    )


@asynccontextmanager
async def house(settings: Settings, *parts: str, scripted: Any = None) -> AsyncIterator[Open]:
    """parts: of llm, embedding, stt and tts. scripted: answers instead of a language model."""
    runtime = Runtime.new()
    making = Parts(settings, runtime)
    specs = [*making.llm()] if "llm" in parts else []
    specs += making.embedding(late=False) if "embedding" in parts else []
    if voices := {"stt", "tts"} & {*parts}:
        specs += making.voice(Roads.devices(settings.voice), voices)
    seen: list[Supervisor] = []
    specs += making.api(lambda: seen[0].statuses() if seen else [])
    seen.append(Supervisor(runtime, specs))
    async with seen[0].running(), AsyncExitStack() as stack:
        await seen[0].ready()
        if scripted is not None:
            await stack.enter_async_context(runtime.bus.serve(LLMRequestEvent, scripted, name="scripted"))
        address, token = read_address(settings.data_dir), read_token(settings.data_dir)
        assert address is not None
        assert token is not None
        yield Open(address.url, token, runtime)


@contextmanager
def house_beside(settings: Settings, *parts: str, scripted: Any = None) -> Iterator[Open]:
    """The same on an event loop of its own, for programs that have none."""
    it = house(settings, *parts, scripted=scripted)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(it) as opened:
        yield opened
