"""Fetching from a URL goes on where it broke off, and never past what the file may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assets.pull import Puller
from app.kernel.errors import BrokenFile, Interrupted, Unavailable
from tests.unit.assets.making import content, model, served

pytestmark = pytest.mark.real_time
DATA = content(900_000)


def test_a_connection_cut_in_the_middle_is_resumed_by_a_range(tmp_path: Path) -> None:
    with served({"a.bin": DATA}) as web:
        web.break_after = [300_000, 300_000]
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/a.bin"}])
        Puller(tmp_path).pull([one])
        assert web.ranges[0] == ""
        assert all(asked.startswith("bytes=") and asked != "bytes=0-" for asked in web.ranges[1:])
        assert len(web.ranges) == 3
    assert (tmp_path / one.files[0].path).read_bytes() == DATA


def test_another_run_goes_on_where_the_first_gave_up(tmp_path: Path) -> None:
    with served({"a.bin": DATA}) as web:
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/a.bin"}])
        web.break_after = [500_000, *([0] * 20)]
        with pytest.raises(Interrupted, match="broke off again and again"):
            Puller(tmp_path).pull([one])
        assert not (tmp_path / one.files[0].path).exists()
        web.break_after.clear()
        web.ranges.clear()
        Puller(tmp_path).pull([one])
        assert web.ranges == ["bytes=500000-"]
    assert (tmp_path / one.files[0].path).read_bytes() == DATA


def test_a_file_that_changed_meanwhile_is_begun_again(tmp_path: Path) -> None:
    with served({"a.bin": b"?" * len(DATA)}) as web:
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/a.bin"}])
        web.break_after = [500_000, *([0] * 20)]
        with pytest.raises(Interrupted):
            Puller(tmp_path).pull([one])
        web.break_after.clear()
        web.files["a.bin"], web.etag = DATA, '"two"'
        Puller(tmp_path).pull([one])
    assert (tmp_path / one.files[0].path).read_bytes() == DATA


def test_a_file_longer_than_it_may_be_is_cut_off(tmp_path: Path) -> None:
    with served({"a.bin": DATA + b"more" * 1_000_000}) as web:
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/a.bin"}])
        with pytest.raises(BrokenFile, match="is longer than the 900,000 bytes"):
            Puller(tmp_path).pull([one])


def test_a_shorter_file_on_the_server_is_refused(tmp_path: Path) -> None:
    with served({"a.bin": DATA[:1000]}) as web:
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/a.bin"}])
        with pytest.raises((Interrupted, Unavailable, BrokenFile)):
            Puller(tmp_path).pull([one])
    assert not (tmp_path / one.files[0].path).exists()


def test_a_server_that_refuses_is_named(tmp_path: Path) -> None:
    with served({"a.bin": DATA}) as web:
        web.status = 503
        one = model({"a.bin": DATA}, [{"kind": "link", "url": f"{web.address}/a.bin"}])
        with pytest.raises(Unavailable, match="answered 503"):
            Puller(tmp_path).pull([one])
