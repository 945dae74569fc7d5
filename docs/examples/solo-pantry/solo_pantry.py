"""Tools for Solo: a shopping list for each person, kept while Solo runs."""

from typing import Annotated

from pydantic import Field

from app.kernel.errors import BadInput
from app.skills.tools.functions import tool
from app.skills.tools.port import Caller

LISTS: dict[str, list[str]] = {}


@tool(effects="own")
def shopping_list_add(caller: Caller, items: Annotated[list[str], Field(min_length=1)]) -> str:
    """Put things on the shopping list."""
    LISTS.setdefault(caller.owner, []).extend(items)
    return f"Put on the list: {', '.join(items)}."


@tool(effects="none")
def shopping_list_read(caller: Caller) -> list[str]:
    """Read what is on the shopping list."""
    if not LISTS.get(caller.owner):
        raise BadInput("The shopping list is empty.")
    return LISTS[caller.owner]


TOOLS = [shopping_list_add, shopping_list_read]
