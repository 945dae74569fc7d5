"""What is asked in words, and how a reply on the bus becomes one over HTTP. A rule file."""

from __future__ import annotations

from app.api.schemas import AskReply
from app.config.api import ApiSettings
from app.events.dialogue import ReplyEvent
from app.kernel.errors import TooLarge


def asked(turn: str, reply: ReplyEvent) -> AskReply:
    """The whole answer to what was said in this turn."""
    return AskReply(
        turn=turn,
        dialogue=reply.dialogue,
        text=reply.text,
        finish=reply.finish,
        model=reply.model,
        provider=reply.provider,
        queue_ms=reply.queue_ms,
        first_token_ms=reply.first_token_ms,
        tokens_per_second=reply.tokens_per_second,
        prompt_tokens=reply.prompt_tokens,
        cached_tokens=reply.cached_tokens,
        completion_tokens=reply.completion_tokens,
        cost=reply.cost,
    )


def within(text: str, settings: ApiSettings, what: str = "text") -> str:
    """The text. Raises TooLarge when it is longer than the setting allows."""
    most = settings.max_text_chars
    if len(text) > most:
        raise TooLarge(
            f"The {what} is {len(text)} characters long; the limit is {most}.",
            hint="Raise it with SOLO_API__MAX_TEXT_CHARS.",
        )
    return text
