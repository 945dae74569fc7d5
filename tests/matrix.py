"""The table of engines and suites that a run prints: which contract was kept by which engine.

A contract suite is a class whose name ends in `Contract`; a class `TestPiper(TtsContract)` runs it on
the engine whose class begins with that name (PiperTts).  With SOLO_TEST_STRICT=1 a run of everything
fails when an engine of a table has kept no contract.  An engine that its maker runs only for a key is
asked for where that key is set; elsewhere the table says that it was not run, and why.
"""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

TABLES: Final = {
    "language model": "app.llm.engines.table",
    "speech to text": "app.voice.stt.engines",
    "text to speech": "app.voice.tts.engines",
    "wake word": "app.voice.wake.engines",
    "end of turn": "app.voice.turn.engines",
    "vector index": "app.memory.indexes.engines",
    "echo": "app.voice.audio.echo.engines",
}
KEYS: Final = {("wake word", "porcupine"): "SOLO_TEST_PORCUPINE_KEY"}
"""Engines that cannot run without their maker's key, and where a tester puts one."""

Key = tuple[str, str, str]
"""What it is, the engine's name, the suite."""

_PROPERTY: Final = "contract"
"""What a test's report carries, also from another process."""
_outcomes: dict[Key, Counter[str]] = {}


def engines() -> Iterator[tuple[str, str, str]]:
    """(what, name, class name) of every engine of every table."""
    for what, module in TABLES.items():
        for name, target in importlib.import_module(module).ENGINES.items():
            yield what, name, target.rpartition(":")[2]


def suite_of(item: pytest.Item) -> Key | None:
    """What a test says about which engine; None when it is no test of a contract."""
    owner = getattr(item, "cls", None)
    contract = next(
        (base for base in getattr(owner, "__mro__", ()) if base.__name__.endswith("Contract")), None
    )
    if owner is None or contract is None:
        return None
    wanted = owner.__name__.removeprefix("Test").lower()
    fitting = [one for one in engines() if one[2].lower().startswith(wanted)]
    fitting += [one for one in engines() if one[1].replace("-", "").replace("_", "") == wanted]
    return (fitting[0][0], fitting[0][1], contract.__name__) if fitting else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        key = suite_of(item)
        if key is not None:
            item.user_properties.append((_PROPERTY, key))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    key = next((tuple(value) for name, value in report.user_properties if name == _PROPERTY), None)
    if key is not None and (report.when == "call" or report.outcome != "passed"):
        _outcomes.setdefault(key, Counter())[report.outcome] += 1


def unproven() -> list[tuple[str, str]]:
    """Engines for which no contract was kept, as (what, name)."""
    kept = {(what, name) for (what, name, _), counts in _outcomes.items() if counts["passed"]}
    return [(what, name) for what, name, _ in engines() if (what, name) not in kept]


def keyless(engine: tuple[str, str]) -> bool:
    """Whether an engine could not run because its maker's key is not here."""
    return engine in KEYS and not os.environ.get(KEYS[engine])


def _everything(config: pytest.Config) -> bool:
    chosen = config.getoption("keyword") or config.getoption("markexpr")
    return not chosen and any(str(word).rstrip("/") in ("tests", "tests/real") for word in config.args)


def pytest_sessionfinish(session: pytest.Session) -> None:
    strict = os.environ.get("SOLO_TEST_STRICT") == "1"
    if strict and _everything(session.config) and session.testscollected:
        if all(keyless(engine) for engine in unproven()):
            return
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _outcomes:
        return
    show = terminalreporter.write_line
    terminalreporter.section("engine x suite")
    show(f"{'part':<16} {'engine':<16} {'suite':<28} passed failed skipped")
    for (what, name, suite), counts in sorted(_outcomes.items()):
        numbers = f"{counts['passed']:>6} {counts['failed']:>6} {counts['skipped']:>7}"
        show(f"{what:<16} {name:<16} {suite:<28} {numbers}")
    for missing in unproven() if _everything(terminalreporter.config) else ():
        why = f"not run, it wants a key in {KEYS[missing]}" if keyless(missing) else "NO CONTRACT WAS KEPT"
        show(f"{missing[0]:<16} {missing[1]:<16} {why}")
