"""The settings tree: one frozen object, handed down from main."""

from __future__ import annotations

from pathlib import Path

from app.config.api import ApiSettings, DashboardSettings
from app.config.dialogue import DialogueSettings
from app.config.llm import LlmSettings
from app.config.log import LogSettings
from app.config.memory import MemorySettings
from app.config.section import Section, setting
from app.config.skills import SkillsSettings
from app.config.telemetry import TelemetrySettings
from app.config.tools import ToolsSettings
from app.config.voice import VoiceSettings


class Settings(Section):
    """Everything that can be set. Relative folders count from where Solo is started."""

    data_dir: Path = setting(Path("data"), "history, memories, token, lock file")
    models_dir: Path = setting(Path("models"), "weights, voices and keyword files")
    cache_dir: Path = setting(Path("cache"), "what can be made again")
    logs_dir: Path = setting(Path("logs"), "log files")
    offline: bool = setting(False, "never open a connection beyond this machine")
    voice: VoiceSettings = setting(VoiceSettings(), "hearing and speaking")
    llm: LlmSettings = setting(LlmSettings(), "the language model")
    dialogue: DialogueSettings = setting(DialogueSettings(), "conversations")
    memory: MemorySettings = setting(MemorySettings(), "what is remembered")
    skills: SkillsSettings = setting(SkillsSettings(), "what is done without the language model")
    tools: ToolsSettings = setting(ToolsSettings(), "functions that the language model may have called")
    api: ApiSettings = setting(ApiSettings(), "the HTTP door")
    dashboard: DashboardSettings = setting(DashboardSettings(), "the dashboard")
    log: LogSettings = setting(LogSettings(), "the log")
    telemetry: TelemetrySettings = setting(TelemetrySettings(), "what turns cost, told to a collector")
