"""A text that ends the answer is found wherever its pieces are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.llm.checkpoints.stops import Stops

TEXT = st.text("ab<|>", max_size=30)


def cut(text: str, at: list[int]) -> list[str]:
    places = sorted({min(one, len(text)) for one in at} | {0, len(text)})
    return [text[one:other] for one, other in zip(places, places[1:], strict=False)]


@given(TEXT, st.lists(st.text("ab<|>", min_size=1, max_size=5), max_size=3), st.lists(st.integers(0, 30)))
def test_however_it_is_cut_the_same_is_told(text: str, stops: list[str], at: list[int]) -> None:
    feeding = Stops(stops)
    told = "".join(feeding.feed(piece) for piece in cut(text, at))
    told += "" if feeding.met else feeding.finish()
    ends = [place for stop in stops if (place := text.find(stop)) >= 0]
    if not ends:
        assert (told, feeding.met) == (text, False)
        return
    assert feeding.met
    assert text.startswith(told)
    assert not any(stop in told for stop in stops)


def test_what_may_become_a_stop_is_held_back_and_nothing_else() -> None:
    feeding = Stops(("<|end|>", ""))
    assert [feeding.feed(piece) for piece in ("Hello <", "b> and <|en", "d|> more")] == [
        "Hello ",
        "<b> and ",
        "",
    ]
    assert feeding.met
    assert feeding.feed("more") == ""
