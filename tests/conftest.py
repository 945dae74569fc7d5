"""What every test may rely on: virtual time, no leaked tasks, a runtime, and honest skipping."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as examples

from app.kernel.runtime import Runtime
from tests.matrix import (  # noqa: F401  (pytest finds its hooks here)
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from tests.virtual import VirtualClock, VirtualLoop

if TYPE_CHECKING:
    from app.db.engine import Database

examples.register_profile("patient", deadline=None)  # a busy machine must not fail a test
examples.load_profile("patient")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in the background deaf to Ctrl-C, and every child of ours would be so, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

STRICT = os.environ.get("SOLO_TEST_STRICT") == "1"
"""In CI nothing may be skipped for want of a part."""

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
MODELS = Path(os.environ.get("SOLO_MODELS_DIR", ROOT / "models"))


TESTED = ("qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct")
"""Language models that tests name; a machine with much memory has pulled another one for its owner."""


def _has_sound() -> bool:
    return shutil.which("pulseaudio") is not None and shutil.which("pactl") is not None


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


PARTS: dict[str, tuple[Callable[[], bool], str]] = {
    "speech": (
        lambda: all(any(MODELS.glob(f"{kind}/*")) for kind in ("stt", "tts", "turn", "vad")),
        "the models of the voice: .venv/bin/solo models pull --defaults",
    ),
    "models": (
        lambda: all(any((MODELS / "llm").glob(f"{name}*.gguf")) for name in TESTED),
        f"the models of the tests: .venv/bin/solo models pull --defaults {' '.join(TESTED)}",
    ),
    "multilingual": (
        lambda: (MODELS / "stt" / "whisper-base").is_dir(),
        "speech recognition for other languages: solo models pull whisper-base",
    ),
    "pulseaudio": (
        _has_sound,
        "a sound server: apt-get install pulseaudio pulseaudio-utils libasound2-plugins libportaudio2",
    ),
    "chromium": (lambda: shutil.which("chromium") is not None, "a browser: apt-get install chromium"),
    "xvfb": (
        lambda: shutil.which("Xvfb") is not None and shutil.which("xdotool") is not None,
        "a screen: apt-get install xvfb xdotool",
    ),
    "hotkey": (lambda: _has("pynput"), "the library of keys: ./scripts/setup_dev.sh --extra hotkey"),
    "anthropic": (lambda: _has("anthropic"), "Anthropic's library: ./scripts/setup_dev.sh --extra anthropic"),
    "transformers": (
        lambda: _has("transformers") and _has("torch"),
        "checkpoints: ./scripts/setup_dev.sh --extra transformers, then torch by pip",
    ),
    "otel": (
        lambda: _has("opentelemetry.exporter.otlp.proto.http"),
        "OpenTelemetry: ./scripts/setup_dev.sh --extra otel",
    ),
    "recordings": (lambda: (SHARED / "speech").is_dir(), "the recordings of ../shared/speech"),
}
OPTIONAL_EVEN_IN_CI = {"recordings"}


def pytest_configure() -> None:
    """Some thousand tests and their modules come and stay until the end: a garbage collector that looks at
    them every 700 objects took a tenth of the time."""
    gc.set_threshold(20_000, 20)


def pytest_collection_finish() -> None:
    """Nor need it look at them again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for part in marker.args:
            present, what = PARTS[part]
            if present():
                continue
            if STRICT and part not in OPTIONAL_EVEN_IN_CI:
                pytest.fail(f"missing {what}", pytrace=False)
            pytest.skip(f"missing {what}")


def pytest_unconfigure() -> None:
    """llama-cpp-python opens the null device twice when it is imported and closes neither."""
    left = sys.modules.get("llama_cpp._utils")
    for name in ("outnull_file", "errnull_file"):
        if hasattr(left, name):
            getattr(left, name).close()


@pytest.fixture
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    if request.node.get_closest_marker("real_time"):
        return "asyncio", {}
    return "asyncio", {"loop_factory": VirtualLoop}


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own SOLO_… variables must not change what a test sees."""
    for name in list(os.environ):
        if name.startswith("SOLO_") and not name.startswith("SOLO_TEST_") and name != "SOLO_MODELS_DIR":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from app.db.engine import FILE
    from app.db.migrate import migrate

    file = tmp_path_factory.mktemp("migrated") / FILE
    migrate(file)
    return file


@pytest.fixture
def database_in(_migrated: Path) -> Callable[[Path], Database]:
    """A database in a folder, not opened yet, with nothing in its tables: to migrate each new one anew
    takes twenty times as long as a copy."""

    from app.db.engine import Database

    def make(folder: Path) -> Database:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(_migrated, folder)
        return Database(folder)

    return make


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def runtime(request: pytest.FixtureRequest, clock: VirtualClock) -> Runtime:
    if request.node.get_closest_marker("real_time"):
        return Runtime.new()
    return Runtime.new(clock)


@pytest.fixture
async def no_leaks() -> Any:
    """Fails when a test leaves tasks behind."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before
    assert not left, f"left behind: {left}"
