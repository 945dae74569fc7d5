"""The keyboard: lines with a history, completion and several rows, and the keys that stop an answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from app.cli.chatting.commands import goes_on
from app.cli.chatting.completion import Known, file_begun, suggestions

if TYPE_CHECKING:
    from prompt_toolkit.history import History
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyPress
    from prompt_toolkit.output import Output

PROMPT = "> "
STOPPING: Final = (Keys.Escape, Keys.ControlC)
ERASING: Final = (Keys.Backspace, Keys.ControlH)


class Terminal:
    """known: asked, in a thread, for what can be named, None: nothing is completed; source and sink: other
    than the real ones."""

    def __init__(
        self,
        history: History,
        known: Callable[[str], Known] | None,
        source: Input | None = None,
        sink: Output | None = None,
    ) -> None:
        self._source = source
        self._sink = sink
        self._session: PromptSession[str] = PromptSession(
            history=history,
            key_bindings=_keys(),
            completer=Completing(known) if known is not None else None,
            complete_in_thread=True,
            reserve_space_for_menu=4,
            input=source,
            output=sink,
        )

    def lines(self) -> Iterator[str]:
        """What is typed, until Ctrl+D; Ctrl+C takes back what stands there."""
        while True:
            try:
                yield self._session.prompt(PROMPT, multiline=True, prompt_continuation=" " * len(PROMPT))
            except KeyboardInterrupt:
                continue
            except EOFError:
                return

    def confirm(self, question: str) -> bool:
        """Ask; no unless it is yes."""
        asking: PromptSession[str] = PromptSession(input=self._source, output=self._sink)
        try:
            said = asking.prompt(f"{question} [y/N] ")
        except (KeyboardInterrupt, EOFError):
            return False
        return said.strip().casefold() in ("y", "yes")

    @contextmanager
    def watching(self) -> Generator[Callable[[], bool]]:
        """Asks, without waiting, whether Esc or Ctrl+C was pressed since the line was sent. Other keys are
        kept for the next line."""
        # The line's own input: what came in one breath with Enter lies there, an Esc half read.
        source = self._session.input
        kept = get_typeahead(source)

        def pressed() -> bool:
            nonlocal kept
            new = [*source.read_keys(), *source.flush_keys()]
            kept += [press for press in new if press.key in (*STOPPING, *ERASING) or _is_text(press)]
            last = max((place for place, press in enumerate(kept) if press.key in STOPPING), default=-1)
            kept = kept[last + 1 :]
            return last >= 0

        try:
            with source.raw_mode():
                yield pressed
        finally:
            store_typeahead(source, kept)


class Completing(Completer):
    """Suggestions of the rules, and files."""

    def __init__(self, known: Callable[[str], Known]) -> None:
        self._known = known
        self._files = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        line = document.text_before_cursor
        if not line.startswith("/"):
            return
        begun = file_begun(line)
        if begun is not None:
            yield from self._files.get_completions(Document(begun, len(begun)), complete_event)
            return
        for one in suggestions(line, self._known(line)):
            yield Completion(one.text, start_position=-one.length, display_meta=one.about)


def _is_text(press: KeyPress) -> bool:
    return len(press.data) == 1 and press.data.isprintable()


def _keys() -> KeyBindings:
    keys = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)  # not while the history is searched

    @keys.add("enter", filter=typing)
    def _send(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
        buffer = event.current_buffer
        before = buffer.document.current_line_before_cursor
        if goes_on(before) and not buffer.document.current_line_after_cursor:
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter", filter=typing)
    def _line(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
        event.current_buffer.insert_text("\n")

    return keys
