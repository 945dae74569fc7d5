"""SOLO_API__… and SOLO_DASHBOARD__…: the local door."""

from __future__ import annotations

from app.config.section import Section, setting


class ApiSettings(Section):
    """The HTTP door."""

    enabled: bool = setting(True, "open it")
    host: str = setting("127.0.0.1", "address to listen on; anything but loopback is open to your network")
    port: int = setting(8765, "port to listen on; 0: any free one", ge=0, le=65535)
    allowed_hosts: tuple[str, ...] = setting(
        ("127.0.0.1", "localhost", "[::1]"), "names by which it may be called"
    )
    allowed_origins: tuple[str, ...] = setting((), "web pages of other origins that may call it")
    max_body_bytes: int = setting(26_214_400, "largest request (a recording, most of the time)", ge=1024)
    max_text_chars: int = setting(20_000, "longest text", ge=100)
    max_prompt_chars: int = setting(
        400_000, "longest prompt for a language model, all messages of it together", ge=100
    )
    model_names: dict[str, str] = setting(
        {}, 'other names for models, for programs that ask for theirs, as JSON: {"gpt-4o": "solo"}'
    )
    max_audio_seconds: float = setting(600.0, "longest recording", gt=0)
    max_requests: int = setting(64, "requests answered at once; more are refused for the moment", ge=1)
    body_seconds: float = setting(30.0, "how long the sending of a request may take", gt=0)
    timeout_seconds: float = setting(300.0, "longest answer", gt=0)
    mcp: bool = setting(True, "answer programs that speak MCP, at /mcp")
    mcp_reexport: bool = setting(False, "offer them the tools of the MCP servers that Solo itself uses, too")


class DashboardSettings(Section):
    """The dashboard, a process of its own."""

    autostart: bool = setting(True, "start it with Solo")
    port: int = setting(8766, "port to listen on", ge=1, le=65535)
    refresh_seconds: float = setting(2.0, "how often it looks", ge=0.5, le=60)
