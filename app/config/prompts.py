"""SOLO_LLM__PROMPTS__…: what the model is told about itself, by the way in and by person."""

from __future__ import annotations

from app.config.section import Section, setting


class PromptsSettings(Section):
    """What the model is told besides the system prompt of its role."""

    channels: dict[str, str] = setting(
        {},
        "instead of the role's system prompt, by where the words come from: voice, shell or api "
        '({"shell": "You are Solo. Markdown is welcome."})',
    )
    people: dict[str, str] = setting(
        {}, 'added to it for one person, by the name of their account ({"anna": "Anna is nine years old."})'
    )
    summary: bool = setting(
        True, "say in a few lines what fell out of a conversation that is longer than the context"
    )

    def system(self, role: str, *, channel: str = "", owner: str = "") -> str:
        """What the model is told before a conversation. role: the system prompt of its role."""
        told = (self.channels.get(channel, role), self.people.get(owner, ""))
        return "\n\n".join(part.strip() for part in told if part.strip())
