"""What an engine of the language model is built from: settings, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from app.config.llm import LlmSettings, RoleSettings, ServerSettings
from app.config.providers import ProviderSettings, named
from app.kernel.loopback import is_loopback
from app.llm.providers.entries import Ability, ModelFacts, Provider
from app.llm.providers.shelf import OWN, provider

SERVER = "server"
"""The provider that SOLO_LLM__SERVER__… describes."""
CHECKPOINTS = "transformers"
"""The engine that reads checkpoints of Hugging Face's, and nothing else."""
IN_PROCESS = ("xllamacpp", "llama_cpp", CHECKPOINTS)
"""Engines whose model is a file of this machine."""
OLD_NAME = "openai"
"""How that server was called as the engine of a role; the company is a target, `openai:model`."""
SPEAKS_OPENAI = "openai"
"""The engine that asks it."""
SPOKEN_BY_MOST: tuple[Ability, ...] = (
    "tools",
    "json",
    "schema",
    "logprobs",
    "temperature",
    "seed",
    "penalties",
)
AT_HOME: tuple[Ability, ...] = (*SPOKEN_BY_MOST, "sampling", "grammar")
"""What a server of this machine is taken to know: llama.cpp's names for it."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Who answers where it is not this process.

    provider: its name; who: how a sentence names it; section: how its settings begin; variable: where
    its own tools look for its key; paid: it wants one; lists: it can be asked for its models; known:
    models that have an entry; facts: of the model that is meant.
    """

    provider: str = SERVER
    who: str = ""
    section: str = "SOLO_LLM__SERVER"
    variable: str = ""
    paid: bool = False
    lists: bool = True
    known: tuple[str, ...] = ()
    facts: ModelFacts = field(default_factory=ModelFacts)

    @classmethod
    def server(cls, url: str) -> Remote:
        """The server of SOLO_LLM__SERVER__URL."""
        url = url.rstrip("/")
        facts = ModelFacts(can=AT_HOME if is_loopback(url) else SPOKEN_BY_MOST)
        return cls(who=f"The server at {url}", facts=facts)

    @classmethod
    def of(cls, entry: Provider, url: str, model: str) -> Remote:
        """A provider by its entry."""
        usual = url == entry.url and not is_loopback(url)
        return cls(
            provider=entry.name,
            who=entry.label if usual else f"{entry.label} at {url}",
            section=named(entry.name),
            variable=entry.variable,
            paid=entry.paid,
            lists=entry.lists,
            known=tuple(entry.models),
            facts=entry.facts(model),
        )


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """One engine to build. Equal specs are served by one engine, whatever their roles are.

    context: tokens per dialogue; slots: dialogues kept warm; threads: 0 takes what the machine
    has, at most eight; gpu_layers: -1 takes as many as fit; server: address, key and patience of
    whoever answers elsewhere, and remote: who that is (None: the server of the settings); offline:
    loopback addresses only; folders: where model files may lie beside models_dir; file: the first file of
    the model, once that is known (residence.py), of a checkpoint its config.json, None: the engine looks for
    it; device: cpu, or the number
    of a graphics card, empty: all there are.
    """

    engine: str
    model: str
    context: int
    threads: int
    gpu_layers: int
    slots: int
    server: ServerSettings
    models_dir: Path
    offline: bool = False
    remote: Remote | None = None
    folders: tuple[Path, ...] = ()
    file: Path | None = None
    device: str = ""

    @classmethod
    def of_role(
        cls, settings: LlmSettings, role: RoleSettings, models_dir: Path, offline: bool
    ) -> EngineSpec:
        """The engine that a role of the settings asks for: by its name, by that of a provider, or by a
        model that is named as `provider:model`."""
        name, model = engine_of(role), role.model
        spec = cls(
            engine=SPEAKS_OPENAI if name == SERVER else name,
            model=role.model,
            context=role.context,
            threads=role.threads,
            gpu_layers=role.gpu_layers,
            slots=settings.slots,
            server=settings.server,
            models_dir=models_dir,
            offline=offline,
            folders=settings.folders,
        )
        if name == "auto" and model.partition(":")[0] in OWN:
            name, _, model = model.partition(":")
        elif name not in OWN:
            return spec
        return spec.at(provider(name), settings.providers.of(name), model)

    def at(self, entry: Provider, own: ProviderSettings, model: str) -> EngineSpec:
        """This one, but at a provider; without a name it is the first model that has an entry."""
        if model in {"", "auto"}:
            model = next(iter(entry.models), "auto")
        url = (own.url or entry.url).rstrip("/")
        remote = Remote.of(entry, url, model)
        return replace(
            self,
            engine=entry.engine,
            model=model,
            context=min(own.context, remote.facts.context or own.context),
            threads=0,
            gpu_layers=0,
            slots=0,
            server=ServerSettings(url=url, api_key=own.api_key, timeout_seconds=own.timeout_seconds),
            remote=remote,
        )

    @property
    def answering(self) -> Remote:
        """Who answers, where it is not this process."""
        return self.remote or Remote.server(self.server.url)


def engine_of(role: RoleSettings) -> str:
    """The engine that a role's settings name."""
    return SERVER if role.engine == OLD_NAME else role.engine


MOST_THREADS = 8
"""More only fight for memory."""


def reading_threads(wanted: int, cores: int) -> int:
    """CPU threads that read prompts (and write for several dialogues at once): all there are."""
    return wanted or max(1, min(MOST_THREADS, cores))


def writing_threads(wanted: int, cores: int) -> int:
    """CPU threads that write one answer: a core is left to the voice that speaks it meanwhile.

    llama.cpp's threads wait for each other by spinning: where another program wants the core,
    two threads on two cores write many times slower than one.
    """
    return wanted or max(1, min(MOST_THREADS, cores - 1))
