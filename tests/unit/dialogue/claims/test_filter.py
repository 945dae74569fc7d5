from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.dialogue.claims.evidence import Evidence
from app.dialogue.claims.filter import LONGEST, LONGEST_REST, ClaimFilter
from tests.unit.dialogue.claims.labelled import Labelled, claims, evidence, innocent

SEEN = [*claims("rules"), *innocent("rules")]
KNOWN = evidence()


def told(text: str, *shown: Evidence, language: str = "en") -> tuple[str, str]:
    """What comes out, and the claim that does not."""
    watched = ClaimFilter(shown, language=language)
    return watched.feed(text) + watched.finish(), watched.claim


class TestWhatIsTold:
    def test_an_answer_without_a_claim_comes_out_byte_for_byte(self) -> None:
        for one in innocent("rules"):
            assert told(one.text, language=one.language) == (one.text, "")

    def test_nothing_from_the_claim_on_comes_out(self) -> None:
        assert told("Sure! I've set a timer. Anything else?") == ("Sure! ", "I've set a timer.")

    def test_a_claim_that_is_borne_out_comes_out_and_so_does_what_follows(self) -> None:
        answer = "Sure! I've set a timer for five minutes. Anything else?"
        assert told(answer, KNOWN["timer5"]) == (answer, "")

    def test_the_first_claim_without_support_is_the_one_that_is_named(self) -> None:
        answer = "I've set a timer for five minutes. I've locked the front door. Message sent."
        assert told(answer, KNOWN["timer5"]) == (
            "I've set a timer for five minutes. ",
            "I've locked the front door.",
        )

    def test_words_that_can_begin_no_claim_come_out_at_once(self) -> None:
        watched = ClaimFilter()
        for piece in ("Osm", "osis", " is", " how", " plants", " drink", "."):
            assert watched.feed(piece) == piece

    def test_a_word_that_may_begin_a_claim_waits_no_longer_than_it_may(self) -> None:
        watched = ClaimFilter()
        assert watched.feed("I") == ""
        assert watched.feed(" think") == "I think"
        assert watched.feed(" so") == " so"

    def test_in_a_language_without_words_of_deeds_nothing_is_checked(self) -> None:
        assert told("I've set a timer.", language="tlh") == ("I've set a timer.", "")

    def test_a_country_of_a_language_changes_nothing(self) -> None:
        assert told("Erledigt!", language="de_AT") == ("", "Erledigt!")

    def test_an_answer_without_words_is_an_answer(self) -> None:
        for text in ("", " ", "\n\n", "...", "👍", "\u0000", "'", "``", "42"):
            assert told(text) == (text, "")


class TestEvidenceThatComesLater:
    def test_what_was_kept_back_comes_when_it_is_borne_out(self) -> None:
        watched = ClaimFilter()
        assert watched.feed("Okay. I'll set a timer for five minutes. ") == "Okay. "
        assert watched.claim
        watched.add(KNOWN["timer5"])
        assert watched.claim == ""
        assert watched.feed("") + watched.finish() == "I'll set a timer for five minutes. "

    def test_what_came_behind_it_is_kept_too_and_checked(self) -> None:
        watched = ClaimFilter()
        watched.feed("I'll set a timer. It is ")
        watched.feed("late. I've locked the front door.")
        watched.add(KNOWN["timer5"])
        assert watched.feed("") + watched.finish() == "I'll set a timer. It is late. "
        assert watched.claim == "I've locked the front door."

    def test_other_evidence_changes_nothing(self) -> None:
        watched = ClaimFilter()
        watched.feed("I'll set a timer.\n")
        watched.add(KNOWN["weather"])
        watched.add(KNOWN["light_failed"])
        assert watched.claim == "I'll set a timer."
        assert watched.finish() == ""


class TestHostileAnswers:
    def test_a_claim_that_never_ends_is_judged_when_it_is_long(self) -> None:
        watched = ClaimFilter()
        watched.feed("I've turned off the lights ")
        for _ in range(1000):
            watched.feed("and more ")
            if watched.claim:
                break
        assert watched.claim.startswith("I've turned off the lights and more")
        assert len(watched.claim) <= LONGEST + 10

    def test_what_only_begins_like_a_claim_is_kept_back_for_so_long_at_most(self) -> None:
        watched = ClaimFilter(language="de")
        out, fed = 0, 0
        for _ in range(500):
            fed += len("und so ")
            out += len(watched.feed("Ich habe " if not fed else "und so "))
            assert fed - out <= LONGEST + 20

    def test_of_what_follows_a_claim_so_much_is_kept_at_most(self) -> None:
        watched = ClaimFilter()
        for _ in range(2000):
            watched.feed("I've locked the front door. " * 10)
        assert len(watched._text) <= LONGEST_REST
        watched.add(KNOWN["front_locked"])
        assert watched.claim
        assert watched.finish() == ""

    @pytest.mark.parametrize(
        "piece", ["x", "'", '"', "`", "-", "1.", "¿", "\u0301", "(", "*", ":", "I ", "the "]
    )
    def test_a_long_row_of_the_same_is_told_and_not_kept(self, piece: str) -> None:
        watched = ClaimFilter()
        out = "".join(watched.feed(piece) for _ in range(2000))
        assert len(watched._text) < LONGEST + 100
        assert out + watched.finish() == piece * 2000
        assert watched.claim == ""

    def test_the_work_for_a_piece_does_not_grow_with_the_answer(self) -> None:
        watched = ClaimFilter()
        for _ in range(800):
            watched.feed("The lights in the kitchen and the ")
            assert len(watched._threads) < 50
            assert sum(len(thread.items) for thread in watched._threads) < 2000

    @pytest.mark.parametrize(
        "arguments",
        ["", "{", "[" * 5000, '"text"', "null", "[1, 2]", '{"a": ' * 50 + "1" + "}" * 50, "\ud800"],
    )
    def test_arguments_of_whatever_shape_are_evidence(self, arguments: str) -> None:
        shown = Evidence(name="set_timer", arguments=arguments)
        assert told("I've set a timer.", shown) == ("I've set a timer.", "")


@given(one=st.sampled_from(SEEN), data=st.data())
@settings(max_examples=50, deadline=None)
def test_however_an_answer_is_cut_the_result_is_the_same(one: Labelled, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(one.text)), max_size=30).map(sorted))
    watched = ClaimFilter(one.evidence, language=one.language)
    out = "".join(
        watched.feed(one.text[begin:end])
        for begin, end in zip([0, *cuts], [*cuts, len(one.text)], strict=True)
    )
    assert (out + watched.finish(), watched.claim) == told(one.text, *one.evidence, language=one.language)


@given(text=st.text(max_size=300), language=st.sampled_from(["en", "de", "fr", "es", "xx"]))
@settings(max_examples=50, deadline=None)
def test_what_is_told_is_always_a_beginning_of_the_answer(text: str, language: str) -> None:
    whole, claim = told(text, language=language)
    assert text.startswith(whole)
    assert claim or whole == text
    watched = ClaimFilter(language=language)
    assert ("".join(watched.feed(sign) for sign in text) + watched.finish(), watched.claim) == (whole, claim)


WORDS = [
    "I've",
    "I",
    "set",
    "the",
    "timer",
    "light",
    "is",
    "off",
    "done",
    "your",
    ",",
    ".",
    "and",
    '"',
    "\n",
    ":",
    "`",
]


@given(words=st.lists(st.sampled_from(WORDS), max_size=60))
@settings(max_examples=50, deadline=None)
def test_words_of_claims_in_any_order_are_told_up_to_the_first_claim(words: list[str]) -> None:
    text = " ".join(words)
    whole, claim = told(text)
    assert text.startswith(whole)
    if claim:
        assert text[len(whole) :].strip().startswith(claim[:10])
    else:
        assert whole == text
