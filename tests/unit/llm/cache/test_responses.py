"""The response cache: what it gives again, to whom, and what it survives."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.cache import CacheSettings
from app.events.llm import (
    Chance,
    ChatMessage,
    LLMRequestEvent,
    LLMResponseEvent,
    LLMTokenEvent,
    Sampling,
    Shape,
    ToolCall,
    ToolSpec,
)
from app.kernel.runtime import Runtime
from app.llm.cache import figures
from app.llm.cache.disk import LARGEST, Disk
from app.llm.cache.entry import Entry, entry_of, replay
from app.llm.cache.figures import Figures
from app.llm.cache.identity import identity
from app.llm.cache.key import key_of, may_cache, shelf_of
from app.llm.cache.memory import Memory
from app.llm.cache.responses import FOLDER, ResponseCache
from app.llm.port import Generation

pytestmark = pytest.mark.anyio

ASKED = Generation((ChatMessage(role="user", content="What is the time?"),), 100, 0.0)
WORDS = st.text(alphabet='ab",\\[]\0é', max_size=6)
NOW = 1_800_000_000.0


def key(owner: str = "anna", **changes: object) -> str:
    return key_of(replace(ASKED, **changes), owner=owner, model="file:1")  # type: ignore[arg-type]


def entry(of: str, text: str = "It is noon.", **changes: object) -> Entry:
    pieces = tuple(text[at : at + 4] for at in range(0, len(text), 4))
    given = {"key": of, "made_at": NOW, "took_ms": 1500.0, "pieces": pieces, "text": text, "finish": "stop"}
    return Entry.model_validate({**given, "model": "small", **changes})


@pytest.fixture
def cache(runtime: Runtime, tmp_path: Path) -> ResponseCache:
    return ResponseCache(runtime, CacheSettings(), tmp_path)


def made(runtime: Runtime, of: str, text: str = "It is noon.") -> Entry:
    return entry(of, text, made_at=runtime.clock.now().timestamp())


class TestTheKey:
    def test_is_the_same_for_the_same_request_and_does_not_hang_on_whose_turn_it_is(self) -> None:
        assert key() == key() == key(dialogue="d", priority="voice")

    @pytest.mark.parametrize(
        "changes",
        [
            {"messages": (ChatMessage(role="user", content="What is the time"),)},
            {"messages": (ChatMessage(role="system", content="What is the time?"),)},
            {"max_tokens": 99},
            {"temperature": 0.1},
            {"seed": 1},
            {"stop": ("x",)},
            {"sampling": Sampling(top_p=0.5)},
            {"tools": (ToolSpec(name="clock"),)},
            {"tool_choice": "none"},
            {"shape": Shape()},
            {"logprobs": 2},
            {"owner": "bert"},
        ],
    )
    def test_is_another_for_whatever_could_change_the_answer(self, changes: dict[str, object]) -> None:
        assert key(**changes) != key()  # type: ignore[arg-type]

    def test_knows_model_template_and_where_that_tells_it_the_day(self) -> None:
        def keyed(**changes: str) -> str:
            return key_of(ASKED, **{"owner": "anna", "model": "m", **changes})

        assert len({keyed(), keyed(model="n"), keyed(template="a")}) == 3
        assert keyed(template="a", day="1") == keyed(template="a", day="2")
        dated = "{{ strftime_now('%d') }}"
        assert keyed(template=dated, day="1") != keyed(template=dated, day="2")

    @given(st.lists(WORDS, min_size=2, max_size=2), st.lists(WORDS, max_size=3))
    def test_does_not_run_two_texts_into_one(self, two: list[str], stop: list[str]) -> None:
        first = key(owner=two[0], stop=tuple(stop))
        assert (first == key(owner=two[1], stop=tuple(stop))) == (two[0] == two[1])
        assert first != key(owner=two[0], stop=(*stop, ""))

    def test_takes_texts_that_no_encoding_takes(self) -> None:
        assert len(key(messages=(ChatMessage(role="user", content="\ud800"),))) == 64


class TestWhatMayBeCached:
    @pytest.mark.parametrize(
        ("request_", "generation", "may"),
        [
            ({}, {}, True),
            ({}, {"temperature": 0.7}, False),
            ({}, {"temperature": 0.7, "seed": 3}, True),
            ({"cached": True}, {"temperature": 0.7}, True),
            ({"cached": False}, {}, False),
            ({"cached": True, "read_only": True}, {}, False),
        ],
    )
    def test_is_what_would_come_out_the_same_or_was_asked_for(
        self, request_: dict[str, bool], generation: dict[str, float], may: bool
    ) -> None:
        event = LLMRequestEvent(messages=ASKED.messages, **request_)  # type: ignore[arg-type]
        assert may_cache(event, replace(ASKED, **generation)) is may  # type: ignore[arg-type]


async def test_an_answer_is_given_again(cache: ResponseCache, runtime: Runtime) -> None:
    assert await cache.get("anna", key()) is None
    kept = made(runtime, key())
    await cache.put("anna", kept)
    assert await cache.get("anna", key()) == kept
    report = await cache.stats()
    assert (report.figures.hits, report.figures.misses, report.figures.stored) == (1, 1, 1)
    assert report.figures.saved_ms == 1500
    assert (report.entries, report.in_memory) == (1, 1)
    assert report.bytes == report.memory_bytes > 100


async def test_it_is_there_after_a_start(runtime: Runtime, tmp_path: Path) -> None:
    kept = made(runtime, key())
    await ResponseCache(runtime, CacheSettings(), tmp_path).put("anna", kept)
    assert await ResponseCache(runtime, CacheSettings(), tmp_path).get("anna", key()) == kept


async def test_nobody_gets_the_answer_of_another(cache: ResponseCache, runtime: Runtime) -> None:
    await cache.put("anna", made(runtime, key()))
    assert await cache.get("bert", key("bert")) is None


async def test_an_answer_that_is_too_old_is_gone(runtime: Runtime, tmp_path: Path) -> None:
    cache = ResponseCache(runtime, CacheSettings(ttl_hours=1), tmp_path)
    await cache.put("anna", made(runtime, key()))
    await anyio.sleep(3599)
    assert await cache.get("anna", key()) is not None
    await anyio.sleep(3)
    assert await cache.get("anna", key()) is None
    assert await ResponseCache(runtime, CacheSettings(ttl_hours=1), tmp_path).get("anna", key()) is None
    assert (await cache.stats()).entries == 0


async def test_what_another_process_cleared_is_not_remembered(runtime: Runtime, tmp_path: Path) -> None:
    ours, other = (ResponseCache(runtime, CacheSettings(), tmp_path) for _ in range(2))
    await ours.put("anna", made(runtime, key()))
    await ours.put("bert", made(runtime, key("bert")))
    assert await other.clear("anna") == 1
    assert await ours.get("anna", key()) is None
    assert await ours.get("bert", key("bert")) is not None
    assert await other.clear() == 1


async def test_without_a_disk_memory_is_enough(runtime: Runtime, tmp_path: Path) -> None:
    cache = ResponseCache(runtime, CacheSettings(disk_mb=0), tmp_path)
    await cache.put("anna", made(runtime, key()))
    assert await cache.get("anna", key()) is not None
    assert await cache.clear() == 1
    assert await cache.get("anna", key()) is None
    assert list(tmp_path.iterdir()) == []


async def test_the_disk_keeps_to_its_bound_and_the_latest_used_stay(runtime: Runtime, tmp_path: Path) -> None:
    cache = ResponseCache(runtime, CacheSettings(disk_mb=1, memory_mb=0), tmp_path)
    for number in range(60):
        await cache.put("anna", made(runtime, key(seed=number), "long " * 8000))
        await cache.note()
        assert await cache.get("anna", key(seed=0)) is not None, number
        await anyio.sleep(1)
    report = await cache.stats()
    assert report.bytes <= 1.1 * (1 << 20)
    assert report.in_memory == 0
    assert await cache.get("anna", key(seed=59)) is not None
    assert await cache.get("anna", key(seed=1)) is None


async def test_an_answer_that_is_too_large_is_not_kept(cache: ResponseCache, runtime: Runtime) -> None:
    await cache.put("anna", made(runtime, key(), "x" * (LARGEST + 1)))
    assert await cache.get("anna", key()) is None
    assert (await cache.stats()).figures.stored == 0


async def test_a_folder_that_cannot_be_written_costs_nothing_but_the_answers(
    runtime: Runtime, tmp_path: Path
) -> None:
    (tmp_path / FOLDER).write_text("a file stands where the folder should be")
    cache = ResponseCache(runtime, CacheSettings(), tmp_path)
    await cache.put("anna", made(runtime, key()))
    assert await cache.get("anna", key()) is None
    assert await cache.clear() == 0
    assert (await cache.stats()).entries == 0
    await cache.note()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
async def test_only_this_user_can_read_it(cache: ResponseCache, runtime: Runtime, tmp_path: Path) -> None:
    await cache.put("anna", made(runtime, key()))
    await cache.stats()
    for path in (tmp_path / FOLDER, *(tmp_path / FOLDER).rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert "anna" not in path.name


class TestFiles:
    @pytest.fixture
    def disk(self, tmp_path: Path) -> Disk:
        return Disk(tmp_path / FOLDER, 1 << 20, 3600)

    def put(self, disk: Disk, of: str, now: float = NOW) -> Path:
        one = entry(of, made_at=now)
        assert disk.write("anna", one, one.model_dump_json().encode(), "m", now)
        return disk.path("anna", of)

    @given(st.data())
    def test_a_cut_or_changed_file_is_nothing_and_is_taken_away(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        disk = Disk(tmp_path_factory.mktemp("cut"), 1 << 20, 3600)
        path = self.put(disk, key())
        whole = path.read_bytes()
        path.write_bytes(
            whole[: data.draw(st.integers(0, len(whole) - 1))] + data.draw(st.binary(max_size=3))
        )
        found = disk.read("anna", key(), NOW)
        assert (found is not None) == path.exists()
        assert found is None or found[0].key == key()

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{}",
            b"[" * 100_000,
            b"null",
            b"\x80\x04\x95cos\nsystem\n",
            b"{" + b'"a":' * 1000,
            b" " * (LARGEST + 1),
            b'{"key": "other"}',
        ],
    )
    def test_a_hostile_file_is_nothing(self, disk: Disk, content: bytes) -> None:
        path = self.put(disk, key())
        path.write_bytes(content)
        assert disk.read("anna", key(), NOW) is None
        assert not path.exists()

    def test_a_file_under_a_wrong_name_is_nothing(self, disk: Disk) -> None:
        self.put(disk, key()).rename(disk.path("anna", key(seed=1)))
        assert disk.read("anna", key(seed=1), NOW) is None

    def test_an_answer_from_the_future_is_nothing(self, disk: Disk) -> None:
        self.put(disk, key(), NOW + 7200)
        assert disk.read("anna", key(), NOW) is None

    @pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
    def test_links_and_pipes_are_not_followed(self, disk: Disk, tmp_path: Path) -> None:
        other = tmp_path / "other"
        self.put(disk, key()).rename(other)
        disk.path("anna", key()).symlink_to(other)
        assert disk.read("anna", key(), NOW) is None
        os.mkfifo(disk.path("anna", key(seed=2)))
        assert disk.read("anna", key(seed=2), NOW) is None
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / f"{key()}.json").write_text("not ours")
        (disk.folder / shelf_of("bert")).symlink_to(outside)
        disk.clear()
        assert (outside / f"{key()}.json").exists()

    def test_what_solo_did_not_put_there_stays(self, disk: Disk) -> None:
        path = self.put(disk, key())
        note = path.with_name("note.json")
        note.write_text("mine")
        assert disk.clear() == 1
        assert note.read_text() == "mine"

    def test_what_was_never_finished_is_taken_away_later(self, disk: Disk) -> None:
        path = self.put(disk, key())
        half = path.with_name(f"{path.stem}.abc.new")
        half.write_text("{")
        os.utime(half, (NOW - 300, NOW - 300))
        assert disk.tidy(NOW)[0] == 1
        assert half.exists()
        os.utime(half, (NOW - 700, NOW - 700))
        disk.tidy(NOW)
        assert not half.exists()

    def test_two_writers_and_a_reader_at_once_see_whole_answers_only(self, tmp_path: Path) -> None:
        disks = [Disk(tmp_path, 1 << 20, 3600) for _ in range(2)]
        stop = threading.Event()

        def write(number: int) -> None:
            one = entry(key(), f"{number} " * 2000)
            data, times = one.model_dump_json().encode(), 0
            while not stop.is_set():
                times += 1
                disks[number].write("anna", one, data, f"{number}-{times}", NOW)

        writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
        for writer in writers:
            writer.start()
        while disks[0].read("anna", key(), NOW) is None:
            pass
        texts = {found[0].text[:2] for _ in range(100) if (found := disks[1].read("anna", key(), NOW))}
        stop.set()
        for writer in writers:
            writer.join()
        assert texts <= {"0 ", "1 "}
        assert texts


def test_memory_keeps_what_was_used_last() -> None:
    memory = Memory(300)
    for number in range(3):
        memory.put(entry(key(seed=number)), 100)
    assert memory.get(key(seed=0)) is not None
    memory.put(entry(key(seed=3)), 100)
    assert memory.get(key(seed=1)) is None
    assert memory.get(key(seed=0)) is not None
    memory.put(entry(key(seed=4)), 301)
    assert (len(memory), memory.bytes) == (3, 300)
    memory.put(entry(key(seed=0)), 50)
    assert memory.bytes == 250
    memory.clear()
    assert (len(memory), memory.bytes) == (0, 0)


def test_figures_of_several_processes_add_up(tmp_path: Path) -> None:
    for number in range(3):
        assert figures.add(tmp_path, Figures(hits=1, saved_ms=2.5), str(number))
    assert figures.read(tmp_path) == Figures(hits=3, saved_ms=7.5)
    (tmp_path / "figures.json").write_text("{")
    assert figures.read(tmp_path) == Figures()


async def test_a_cached_answer_streams_like_a_fresh_one() -> None:
    request = LLMRequestEvent(messages=ASKED.messages, owner="anna", turn="t", revision=2)
    odds = (Chance(token="It", logprob=-0.5, instead=(("At", -1.0),)),)
    tokens = [
        LLMTokenEvent(text="It is", chances=odds, owner="anna", turn="t", revision=2),
        LLMTokenEvent(text=" noon.", owner="anna", turn="t", revision=2),
    ]
    call = ToolCall(id="1", name="clock")
    end = LLMResponseEvent(
        text="It is noon.",
        finish="stop",
        model="m",
        provider="p",
        cost=0.1,
        prompt_tokens=9,
        tool_calls=(call,),
    )
    kept = entry_of(key(), tokens, end, made_at=NOW, took_ms=10)
    again = [answer async for answer in replay(request, Entry.model_validate_json(kept.model_dump_json()))]
    assert again[:-1] == tokens
    last = again[-1]
    assert isinstance(last, LLMResponseEvent)
    assert (last.text, last.cached, last.cost, last.prompt_tokens) == ("It is noon.", True, 0.0, 9)
    assert (last.owner, last.turn, last.revision, last.tool_calls) == ("anna", "t", 2, (call,))


def test_a_model_is_known_by_what_is_in_its_file(tmp_path: Path) -> None:
    one, copy, other = (tmp_path / name for name in ("one.gguf", "copy.gguf", "other.gguf"))
    content = bytes(range(256)) * 50_000
    one.write_bytes(content)
    copy.write_bytes(content)
    other.write_bytes(content[:-1] + b"x")
    assert identity(one) == identity(copy) != identity(other)
