"""`solo llm roles`: who answers for each role, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.events.llm import RoleChain

THEN = " → "


def chains(settings: Settings) -> list[RoleChain]:
    """Of the Solo that runs, else as it would be. Nobody is asked, and no model is loaded."""
    from app.api.client import SoloClient

    client = SoloClient.find(settings)
    if client is None:
        return planned(settings)
    with client:
        return list(client.models().roles)


def planned(settings: Settings) -> list[RoleChain]:
    """As these settings say. Raises NotFound for a provider that there is not."""
    from app.events.llm import RoleChain
    from app.llm.roles.chain import ROLES
    from app.llm.roles.preset import usual_chain

    llm, offline = settings.llm, settings.offline
    return [RoleChain(role=role, targets=usual_chain(llm, role, offline=offline)) for role in ROLES]


def embedding(settings: Settings) -> str:
    """What makes vectors, and nobody in its place."""
    own = settings.llm.embedding
    return own.model if own.engine == "auto" else f"{own.engine}:{own.model}"


def lines(found: Sequence[RoleChain], settings: Settings) -> list[str]:
    """One for each role."""
    rows = [(one.role, THEN.join(one.targets) + ("  (switched)" if one.chosen else "")) for one in found]
    rows.append(("embedding", embedding(settings)))
    width = max(len(role) for role, _ in rows)
    return [f"{role.ljust(width)}  {who}" for role, who in rows]
