"""SOLO_LLM__CACHE__…: answers that are given again without asking the model."""

from __future__ import annotations

from app.config.section import Section, setting


class CacheSettings(Section):
    """Answers of the language model that are kept. Only what would come out the same again is: asked at
    temperature 0 or with a seed, by the same person, of the same model."""

    enabled: bool = setting(True, "give an answer again that the same person got for the same request")
    ttl_hours: float = setting(168.0, "how long an answer is good", gt=0, le=8760)
    memory_mb: int = setting(16, "how much of them stays in memory, in megabytes", ge=0, le=4096)
    disk_mb: int = setting(256, "how much of them stays on disk, in megabytes; 0: nothing", ge=0, le=1 << 20)
