import pytest

from app.voice.audio.echo.rest import ENOUGH, HELD, LOOKED_BACK, UNKNOWN_MOST, YOUNG_DB, Rest


def hear(rest: Rest, count: int, *, left: float, account: float | None, heard: float = -30.0) -> float:
    """So many frames of an echo at -30 dBFS; what may be left in the last."""
    found = 0.0
    for _ in range(count):
        found = rest.hear(heard, -30.0, left, account)
    return found


def test_until_an_echo_was_measured_all_that_is_heard_may_be_one() -> None:
    assert hear(Rest(), ENOUGH - 1, left=-50.0, account=-52.0) == -30.0


def test_where_no_echo_is_found_every_voice_counts_after_a_second() -> None:
    rest, found = Rest(), list[float]()
    for _ in range(UNKNOWN_MOST + 1):
        found.append(rest.hear(-40.0, -90.0, -40.0, -80.0))
    assert found[:-1] == [-40.0] * UNKNOWN_MOST
    assert found[-1] == -120.0


def test_an_account_is_believed_soon_and_the_more_the_longer_it_holds() -> None:
    rest = Rest()
    young = hear(rest, ENOUGH, left=-58.0, account=-55.0)
    assert -55 < young < -55 + YOUNG_DB + 2
    assert hear(rest, LOOKED_BACK, left=-58.0, account=-55.0) == pytest.approx(-53.2, abs=0.5)


def test_what_is_left_beyond_the_account_is_added() -> None:
    """A room that rings for longer than the filter, or a loudspeaker that distorts."""
    rest = Rest()
    assert hear(rest, LOOKED_BACK, left=-45.0, account=-58.0) == pytest.approx(-45, abs=1)


def test_a_person_raises_nothing() -> None:
    rest = Rest()
    before = hear(rest, LOOKED_BACK, left=-58.0, account=-58.0)
    assert hear(rest, 30, left=-32.0, account=-58.0, heard=-28.0) == pytest.approx(before, abs=1)


def test_an_account_holds_while_the_room_rings() -> None:
    rest = Rest()
    loud = hear(rest, LOOKED_BACK, left=-50.0, account=-50.0)
    found = [rest.hear(-60.0, -90.0, -60.0, -90.0) for _ in range(HELD)]
    assert min(found[: HELD - 1]) >= loud - 4
    assert found[-1] < loud - 5


def test_an_echo_that_comes_another_way_may_be_all_that_is_heard() -> None:
    rest = Rest()
    hear(rest, LOOKED_BACK, left=-58.0, account=-58.0)
    assert hear(rest, 3, left=-28.0, account=-58.0) >= -30.0


def test_who_has_no_account_is_judged_by_what_was_seen() -> None:
    rest = Rest()
    assert hear(rest, ENOUGH - 1, left=-50.0, account=None) == -120.0
    assert hear(rest, 2, left=-50.0, account=None) == pytest.approx(-50)
