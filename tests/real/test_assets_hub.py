"""Hugging Face by its own client, against a small server that speaks its protocol."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.assets import reach
from app.assets.catalogue import HubSource, Source
from app.assets.progress import Step
from app.assets.pull import Puller
from app.assets.sources.hub import HubFetcher
from app.assets.sources.job import Fetcher, PullCancelled
from app.kernel.errors import BrokenFile, Unavailable
from tests.unit.assets.making import REVISION, Hub, content, hub, model

pytestmark = pytest.mark.real_time
DATA = content(700_000)
SOURCE: dict[str, Any] = {
    "kind": "hub",
    "repository": "someone/some-model",
    "revision": REVISION,
    "names": {"a.bin": "in/A.bin"},
}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    reach.forget()
    yield
    reach.forget()


def puller(folder: Path, state: Hub, **more: Any) -> Puller:
    def fetcher(source: Source) -> Fetcher:
        assert isinstance(source, HubSource)
        return HubFetcher(source, endpoint=state.address)

    return Puller(folder, fetcher_for=fetcher, **more)


def test_a_file_comes_from_its_revision_under_our_name_and_without_an_account(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [SOURCE])
    steps: list[Step] = []
    with hub({"in/A.bin": DATA}) as state:
        puller(tmp_path, state, observer=steps.append).pull([one])
        assert {path for _, path, _ in state.asked} == {f"/someone/some-model/resolve/{REVISION}/in/A.bin"}
        assert set(state.tokens) == {""}
    assert (tmp_path / one.files[0].path).read_bytes() == DATA
    assert max(step.done for step in steps if step.phase == "fetch") == len(DATA)
    assert not any((tmp_path / ".partial" / "tiny").rglob("*"))


def test_a_file_that_is_not_there_or_not_the_one_is_refused(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [SOURCE])
    with hub({}) as state, pytest.raises(Unavailable, match=r"Hugging Face did not give a\.bin"):
        puller(tmp_path, state).pull([one])
    with hub({"in/A.bin": DATA[::-1]}) as state, pytest.raises(BrokenFile, match="not the catalogue's file"):
        puller(tmp_path, state).pull([one])
    assert not (tmp_path / one.path).exists()


def test_a_connection_that_breaks_off_is_resumed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = content(13_000_000)
    one = model({"a.bin": data}, [SOURCE])
    with hub({"in/A.bin": data}) as state:
        state.break_after = [12_000_000]
        puller(tmp_path, state).pull([one])
        ranges = [asked for command, _, asked in state.asked if command == "GET"]
    assert ranges[0] == ""
    assert ranges[1].startswith("bytes=")
    assert (tmp_path / one.files[0].path).read_bytes() == data
    assert capfd.readouterr().err == "", "the client keeps its remarks to itself"


def test_being_called_off_stops_it_in_the_middle(tmp_path: Path) -> None:
    one = model({"a.bin": content(30_000_000)}, [SOURCE])
    cancel = threading.Event()

    def stop(step: Step) -> None:
        if step.phase == "fetch" and step.done:
            cancel.set()

    with hub({"in/A.bin": content(30_000_000)}) as state, pytest.raises(PullCancelled):
        puller(tmp_path, state, observer=stop, cancel=cancel).pull([one])
    assert not (tmp_path / one.path).exists()


def test_out_of_reach_is_said_in_a_moment(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [SOURCE])
    with pytest.raises(Unavailable, match="Hugging Face cannot be reached"):
        puller(tmp_path, Hub({}, address="http://127.0.0.1:9")).pull([one])
    reach.forget()
