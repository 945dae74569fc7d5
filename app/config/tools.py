"""SOLO_TOOLS__…: functions that a language model may have called."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator

from app.config.section import Section, setting

SERVER_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
"""It begins the names of the server's tools, and of its service."""
OURS = "solo"


class PersonTools(Section):
    """What one person may use: patterns such as `set_timer` or `calendar_*`; `deny` wins."""

    allow: tuple[str, ...] = setting(("*",), "tools that this person may use")
    deny: tuple[str, ...] = setting((), "tools that this person may not use")


class McpServer(Section):
    """An MCP server: a program that is started (command), or an address (url)."""

    command: str = setting("", "the program that is started")
    args: tuple[str, ...] = setting((), "its arguments")
    env: dict[str, SecretStr] = setting({}, "what it finds in its environment, beside PATH and the like")
    cwd: str = setting("", "the folder that it is started in")
    url: str = setting("", "where it is reached over HTTP")
    headers: dict[str, SecretStr] = setting({}, "what every request to it carries, such as a key")
    enabled: bool = setting(True, "use it")
    confirm: Literal["auto", "always", "never"] = setting(
        "auto", "ask before its tools run: where they change something, always, never"
    )
    allow: tuple[str, ...] = setting(("*",), "its tools that are used")

    @model_validator(mode="after")
    def _one_way(self) -> McpServer:
        if bool(self.command) == bool(self.url):
            raise ValueError("an MCP server has either a command or a url")
        parts = urlsplit(self.url)
        if self.url and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("its url is not one of a server; it looks like https://example.org/mcp")
        if parts.username or parts.password:
            raise ValueError("a name and password do not belong into its url; put them into headers")
        return self


def wrong_name(name: str) -> str:
    """Why a server cannot be called so; empty when it can."""
    if not SERVER_NAME.fullmatch(name):
        return f"an MCP server cannot be called {name[:40]!r}: it takes 1 to 32 letters, digits, _ and -"
    return f"an MCP server cannot be called {name!r}: that is Solo itself" if name == OURS else ""


class ToolsSettings(Section):
    """Tools."""

    enabled: bool = setting(True, "let the language model have tools called")
    offered: int = setting(6, "tools that the model is told of in a turn, those that bear on it", ge=0, le=64)
    rounds: int = setting(
        4, "times in a turn that tools may be called before the model must answer", ge=1, le=20
    )
    at_once: int = setting(4, "calls of one answer that run side by side", ge=1, le=32)
    timeout_seconds: float = setting(20.0, "a tool that needs longer is given up", gt=0, le=3600)
    result_chars: int = setting(4000, "of what a tool says, the model is given so much", ge=100, le=100_000)
    confirm: Literal["never", "world", "changes"] = setting(
        "world", "ask before a tool changes something: never, beyond Solo itself, anything"
    )
    confirm_seconds: float = setting(120.0, "so long a yes is waited for", ge=5, le=3600)
    people: dict[str, PersonTools] = setting({}, "what single people may use, by their id")
    servers: dict[str, McpServer] = setting({}, "MCP servers whose tools are used, by name")
    servers_file: str = setting("", "a file with `mcpServers`, as other programs have it; empty: none")

    @field_validator("servers")
    @classmethod
    def _names(cls, servers: dict[str, McpServer]) -> dict[str, McpServer]:
        for problem in filter(None, map(wrong_name, servers)):
            raise ValueError(problem)
        return servers
