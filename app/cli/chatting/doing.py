"""What each command of `solo chat` does: a table of functions, given the conversation and what was typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.chatting import attach
from app.cli.chatting.commands import KEYS, help_lines
from app.cli.chatting.completion import ROLES
from app.cli.chatting.house import MOST
from app.cli.chatting.models import about, find_model, of_provider, providers
from app.cli.chatting.sessions import SHORT, Session, find, one_line, snippet, when
from app.cli.chatting.wishes import DEFAULT, PARAMETERS, number
from app.kernel.errors import BadInput

if TYPE_CHECKING:
    from app.cli.chatting.talk import Conversation
    from app.events.llm import RoleChain

Doing = Callable[["Conversation", str], None]

LISTED: Final = 20
FOUND: Final = 20
SHOWN: Final = 6
"""Messages that are shown of a conversation that goes on."""
YES: Final = "--yes"
TITLE, MESSAGE = 40, 300


def show_help(talk: Conversation, rest: str) -> None:
    """/help"""
    talk.rows(help_lines())
    talk.say(KEYS)


# -- conversations -----------------------------------------------------------------------------


def begin_anew(talk: Conversation, rest: str) -> None:
    """/new"""
    talk.turn_to(None)
    talk.say("A new conversation.")


def show_sessions(talk: Conversation, rest: str) -> None:
    """/sessions [NUMBER]"""
    if rest and not (rest.isdecimal() and 0 < int(rest[:6]) <= MOST):
        raise BadInput(f"How many? At most {MOST}.", hint="For example: /sessions 50")
    talk.listed = talk.solo.sessions(int(rest) if rest else LISTED)
    here = talk.current()
    talk.rows(
        [
            [
                f"{'*' if one.dialogue == here else ' '}{number:>3}",
                when(one.at),
                one.dialogue[:SHORT],
                f"{one.messages:>4}",
                one.title,
            ]
            for number, one in enumerate(talk.listed, 1)
        ]
    )
    if not talk.listed:
        talk.say("There is no conversation yet.")


def resume(talk: Conversation, rest: str) -> None:
    """/resume NUMBER|NAME"""
    if not rest:
        raise BadInput("Which one?", hint="/sessions lists them: /resume 2")
    one = talk.session(rest)
    talk.turn_to(one.dialogue)
    for said in talk.solo.messages(one.dialogue, SHOWN):
        who = "You " if said.role == "user" else "Solo"
        talk.say(f"{who}  {one_line(said.content, MESSAGE)}", style="dim")
    talk.say(f"Going on with {one.title!r}.")


def name(talk: Conversation, rest: str) -> None:
    """/name [NAME]"""
    here = talk.current()
    if here is None:
        raise BadInput("This conversation has not begun yet.", hint="Say something first.")
    if not rest:
        called = next((one.name for one in talk.solo.sessions(MOST) if one.dialogue == here), "")
        talk.say(f"It is called {called!r}." if called else "It has no name: /name NAME gives it one.")
        return
    called = talk.solo.name(here, "" if rest == DEFAULT else rest)
    talk.say(f"It is called {called!r} now." if called else "It has no name any more.")


def delete(talk: Conversation, rest: str) -> None:
    """/delete [NUMBER|NAME] [--yes]"""
    words = rest.split()
    sure = YES in words
    one = _meant(talk, " ".join(word for word in words if word != YES))
    if not sure and talk.hands.confirm is None:
        raise BadInput(f"{one.title!r} would be deleted.", hint=f"Say that it is meant: /delete … {YES}")
    question = f"Delete {one.title!r} ({one.messages} messages) for good?"
    if not (sure or (talk.hands.confirm is not None and talk.hands.confirm(question))):
        talk.say("Nothing was deleted.")
        return
    typed = [said.content for said in talk.solo.messages(one.dialogue, MOST) if said.role == "user"]
    messages, memories = talk.solo.delete(one.dialogue)
    if talk.hands.forget is not None:
        talk.hands.forget(typed)
    if one.dialogue == talk.dialogue:
        talk.turn_to(None)
    talk.listed = ()
    talk.say(f"Deleted: {messages} messages, and {memories} lines that were remembered of them.")


def _meant(talk: Conversation, key: str) -> Session:
    if key:
        return talk.session(key)
    here = talk.current()
    if here is None:
        raise BadInput("This conversation has not begun yet.", hint="Which one? /sessions lists them.")
    return find(here, talk.solo.sessions(MOST))


def search(talk: Conversation, rest: str) -> None:
    """/search WORDS"""
    if not rest:
        raise BadInput("What is to be looked for?", hint="/search WORDS")
    hits = talk.solo.search(rest, FOUND)
    known = {one.dialogue: one for one in talk.solo.sessions(MOST)}
    found: dict[str, Session] = {}
    rows: list[list[str]] = []
    for said in reversed(hits):
        one = known.get(said.dialogue) or Session(said.dialogue, "", said.content, 0, said.at)
        found.setdefault(said.dialogue, one)
        place = list(found).index(said.dialogue) + 1
        who = "you" if said.role == "user" else "Solo"
        rows.append(
            [f"{place:>3}", when(said.at), one_line(one.title, TITLE), who, snippet(said.content, rest)]
        )
    talk.listed = list(found.values())
    talk.rows(rows)
    talk.say("/resume and the number goes on with one." if rows else "That was never said.")


# -- models ------------------------------------------------------------------------------------


def model(talk: Conversation, rest: str) -> None:
    """/model [NAME]"""
    if rest == DEFAULT:
        talk.wishes.model = ""
        talk.say("This chat is answered by whom the settings name.")
        return
    offers, _ = talk.solo.models()
    if rest:
        talk.wishes.model = find_model(rest, offers).name
        talk.say(f"{talk.wishes.model} answers in this chat from now on.")
        return
    talk.rows([["*" if one.name == talk.wishes.model else " ", one.name, about(one)] for one in offers])
    if not talk.wishes.model:
        talk.say("This chat is answered by whom the settings name (/role shows them).")


def provider(talk: Conversation, rest: str) -> None:
    """/provider [NAME]"""
    offers, _ = talk.solo.models()
    if not rest:
        names = providers(offers)
        talk.rows([[one, f"{sum(o.provider == one for o in offers)} models"] for one in names])
        return
    found = of_provider(rest, offers)
    talk.wishes.model = found[0].name
    talk.say(f"{talk.wishes.model} answers in this chat from now on.")
    if len(found) > 1:
        talk.say(f"It also has: {', '.join(one.model for one in found[1:])}.")


def role(talk: Conversation, rest: str) -> None:
    """/role [ROLE [MODEL]]"""
    wanted, _, model = rest.partition(" ")
    if not wanted:
        for chain in talk.solo.models()[1]:
            mark = "*" if chain.role == (talk.wishes.role or ROLES[0]) else " "
            talk.say(f"{mark} {_chain(chain)}")
        return
    if wanted not in ROLES:
        raise BadInput(f"There is no role {wanted}.", hint=f"There are: {', '.join(ROLES)}.")
    if not model.strip():
        talk.wishes.role = wanted
        talk.say(f"This chat is answered by the role {wanted} from now on.")
        return
    key = model.strip()
    chosen = "" if key == DEFAULT else find_model(key, talk.solo.models()[0]).name
    talk.say(f"For everybody: {_chain(talk.solo.choose(wanted, chosen))}")


def _chain(chain: RoleChain) -> str:
    switched = " (switched; the settings say something else)" if chain.chosen else ""
    return f"{chain.role}: {', then '.join(chain.targets)}{switched}"


# -- how it is answered ------------------------------------------------------------------------


def system(talk: Conversation, rest: str) -> None:
    """/system [TEXT]"""
    if rest:
        talk.wishes.system = None if rest == DEFAULT else rest
        talk.say("As the settings say again." if rest == DEFAULT else "That is what it is told in this chat.")
        return
    own = talk.wishes.system
    talk.say(talk.settings.llm.generation.system_prompt if own is None else own)


def change(talk: Conversation, rest: str) -> None:
    """/set [NAME [VALUE]]"""
    name, _, value = rest.replace("=", " ", 1).partition(" ")
    value = value.strip()
    if not name:
        set_to = {one: f"{number:g}" for one, number in talk.wishes.values.items()}
        talk.rows([[one, set_to.get(one, DEFAULT), known.help] for one, known in PARAMETERS.items()])
        return
    if value:
        talk.wishes.set(name, value)
    elif name not in PARAMETERS:
        number(name, "")  # says which there are
    now = talk.wishes.values.get(name)
    talk.say(f"{name}: {'as the settings say' if now is None else f'{now:g}'}")


def attach_file(talk: Conversation, rest: str) -> None:
    """/attach [FILE]"""
    if rest:
        path = Path(rest.strip("'\"") if rest[0] in "'\"" else rest)
        left = attach.room(talk.settings.dialogue.max_text_chars, talk.files)
        file = attach.read(path, left)
        talk.files.append(file)
    for one in talk.files:
        talk.say(f"{one.name}: {len(one.text):,} characters, goes with your next message.")
    if not talk.files:
        talk.say("Nothing is attached: /attach FILE.")


def detach(talk: Conversation, rest: str) -> None:
    """/detach"""
    talk.files = []
    talk.say("Nothing is attached any more.")


def stream(talk: Conversation, rest: str) -> None:
    """/stream [on|off]"""
    if rest not in ("", "on", "off"):
        raise BadInput("It is either on or off.", hint="/stream on")
    talk.stream = rest == "on" if rest else talk.stream
    talk.say("Answers are shown while they are written." if talk.stream else "Answers are shown when whole.")


def cost(talk: Conversation, rest: str) -> None:
    """/cost"""
    talk.say(str(talk.spent))


DOING: Final[dict[str, Doing]] = {
    "/new": begin_anew,
    "/sessions": show_sessions,
    "/resume": resume,
    "/name": name,
    "/delete": delete,
    "/search": search,
    "/model": model,
    "/provider": provider,
    "/role": role,
    "/system": system,
    "/set": change,
    "/attach": attach_file,
    "/detach": detach,
    "/stream": stream,
    "/cost": cost,
    "/help": show_help,
}
"""Every command but the one that leaves."""
