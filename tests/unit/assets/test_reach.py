"""A host out of reach costs a moment, once."""

from __future__ import annotations

import socket
import time

import pytest

from app.assets import reach
from app.kernel.errors import Unavailable
from tests.unit.assets.making import served

pytestmark = pytest.mark.real_time


def test_a_host_that_answers_is_reached() -> None:
    with served({}) as web:
        reach.require(web.address, "This")


def test_a_host_that_refuses_is_remembered() -> None:
    with pytest.raises(Unavailable, match="That cannot be reached from here"):
        reach.require("http://127.0.0.1:9/x", "That")
    before = time.perf_counter()
    with pytest.raises(Unavailable):
        reach.require("http://127.0.0.1:9/y", "That")
    assert time.perf_counter() - before < reach.SECONDS / 2


def test_a_host_that_swallows_everything_costs_no_more_than_it_may() -> None:
    """A full queue of a socket that nobody accepts from: the next connection gets no answer at all."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(deaf.getsockname())
            before = time.perf_counter()
            with pytest.raises(Unavailable):
                reach.require(f"http://127.0.0.1:{deaf.getsockname()[1]}/", "This", 0.2)
            assert time.perf_counter() - before < 5
        finally:
            for filler in fillers:
                filler.close()


def test_a_name_that_stands_for_nothing_is_out_of_reach() -> None:
    with pytest.raises(Unavailable):
        reach.require("https://no-such-host.invalid/", "This")


def test_on_the_way_through_a_proxy_the_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with served({}) as web:
        monkeypatch.setenv("https_proxy", web.address)
        monkeypatch.setenv("no_proxy", "")
        reach.require("https://no-such-host.invalid/", "This")
