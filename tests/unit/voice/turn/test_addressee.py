"""After an answer: whom is it meant for?  Judged on sentences, half of which no rule has seen."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.kernel.errors import BadSettings
from app.voice.turn.addressee import SIGNS, WEIGHTS, Before, Remark, is_farewell, judge
from app.voice.turn.window import check_weights

PARIS = "The capital of France is Paris."
QUESTION = "And what is the capital of Italy?"


@dataclass(frozen=True)
class Line:
    """kind: its letter in the file."""

    meant: bool
    kind: str
    said: str
    text: str

    @property
    def held_out(self) -> bool:
        return zlib.crc32(self.text.encode()) % 2 == 1

    @property
    def taken(self) -> bool:
        return judge(Remark(self.text), Before(self.said)).meant


def lines() -> list[Line]:
    found: list[Line] = []
    said = ""
    for line in Path(__file__).with_name("follow_ups.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("solo: "):
            said = line.removeprefix("solo: ")
        elif line.startswith(("+", "-")):
            found.append(Line(line[0] == "+", line[1], said, line[3:]))
    return found


HELD_OUT = [line for line in lines() if line.held_out]


def test_there_is_enough_to_judge_by() -> None:
    assert sum(line.meant for line in lines()) >= 150
    assert sum(not line.meant for line in lines()) >= 150
    assert len({line.text for line in lines()}) == len(lines())
    assert 0.4 < len(HELD_OUT) / len(lines()) < 0.6


def test_by_words_alone_nine_of_ten_follow_ups_are_answered_and_nine_of_ten_answers_were_wanted() -> None:
    taken = [line for line in HELD_OUT if line.taken]
    right = sum(line.meant for line in taken)
    precision, recall = right / len(taken), right / sum(line.meant for line in HELD_OUT)
    print(f"held out: {len(HELD_OUT)} sentences, precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.90
    assert recall >= 0.92


@pytest.mark.parametrize("kind", ["t", "c"])
def test_television_and_telephone_are_left_alone(kind: str) -> None:
    heard = [line.taken for line in HELD_OUT if line.kind == kind and not line.meant]
    assert sum(heard) <= 0.1 * len(heard)


def test_who_is_much_softer_than_whoever_called_has_to_be_clearer() -> None:
    near = judge(Remark(QUESTION, dbfs=-26.0), Before(PARIS, -24.0))
    soft = judge(Remark(QUESTION, dbfs=-34.0), Before(PARIS, -24.0))
    far = judge(Remark(QUESTION, dbfs=-42.0), Before(PARIS, -24.0))
    assert near.score > soft.score > far.score
    assert "far" in far.signs
    assert near.meant


def test_softer_people_talking_to_each_other_are_never_taken_for_the_caller() -> None:
    others = [line for line in HELD_OUT if not line.meant]
    taken = [o.text for o in others if judge(Remark(o.text, dbfs=-45.0), Before(o.said, -25.0)).meant]
    assert len(taken) <= 0.02 * len(others), taken


@pytest.mark.parametrize(
    ("doubtful", "sign"),
    [
        (Remark(QUESTION, after=5.0), "late"),
        (Remark(QUESTION, log_probability=-1.1), "unsure"),
        (Remark(QUESTION, no_speech=0.5), "unsure"),
    ],
)
def test_doubts_count_against_it(doubtful: Remark, sign: str) -> None:
    sure = judge(Remark(QUESTION), Before(PARIS))
    verdict = judge(doubtful, Before(PARIS))
    assert sign in verdict.signs
    assert verdict.score < sure.score


def test_solos_name_makes_it_clear() -> None:
    text = "Jarvis, I told him that already but he never listens."
    assert judge(Remark(text), Before(PARIS)).meant


def test_another_name_does_too_unless_solo_has_just_said_it() -> None:
    assert not judge(Remark("Anna, can you pass me the salt?"), Before(PARIS)).meant
    assert "other_name" not in judge(Remark("Paris, how old is that?"), Before(PARIS)).signs
    assert "other_name" not in judge(Remark("Okay, how old is that?"), Before(PARIS)).signs


@pytest.mark.parametrize("text", ["Wie spät ist es?", "Stelle einen Timer auf zehn Minuten.", "Und morgen?"])
def test_a_language_without_rules_gets_the_benefit_of_the_doubt(text: str) -> None:
    assert judge(Remark(text, language="de"), Before("Es ist zehn nach vier.")).meant


def test_weights_may_be_set_by_the_name_of_the_sign() -> None:
    assert judge(Remark(QUESTION), Before(PARIS)).meant
    assert not judge(Remark(QUESTION), Before(PARIS), {"always": -9.0}).meant
    check_weights({"always": 1.0})
    with pytest.raises(BadSettings, match="nothing is called 'allways'") as problem:
        check_weights({"allways": 1.0})
    assert "'always'" in problem.value.hint


def test_every_sign_has_its_weight() -> None:
    assert SIGNS.keys() == WEIGHTS.keys()


@pytest.mark.parametrize(
    "text",
    ["Thanks.", "Thank you very much.", "That's all.", "Okay, thanks, that's all I need for now.", "Bye!",
     "Great, thank you so much.", "No thanks.", "Perfect, thanks.", "Good night, Solo."],
)  # fmt: skip
def test_who_has_enough_is_understood(text: str) -> None:
    assert is_farewell(text, PARIS)


@pytest.mark.parametrize(
    "text",
    ["", "Thanks, and what about Spain?", "That's all wrong.", "How do you say thank you in French?",
     "Okay.", "No.", "Thank you for the music, who sang that?"],
)  # fmt: skip
def test_what_only_holds_such_a_word_is_no_farewell(text: str) -> None:
    assert not is_farewell(text, PARIS)


def test_okay_thanks_may_be_the_answer_to_a_question() -> None:
    asked = "Shall I set the timer again?"
    assert not is_farewell("Okay, thank you.", asked)
    assert is_farewell("No, thank you.", asked)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Danke."),
        ("de", "Danke, das war's."),
        ("de", "Nein danke, das ist alles. Tschüss!"),
        ("fr", "Merci, c\u2019est tout."),
        ("fr", "Bonne nuit !"),
        ("es", "Gracias, eso es todo."),
        ("es", "¡Hasta luego!"),
    ],
)
def test_a_farewell_is_understood_in_its_language(language: str, text: str) -> None:
    assert is_farewell(text, PARIS, language)
    assert not is_farewell(text, PARIS, "it")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Danke, und wann fährt der nächste?"),
        ("de", "Gut."),
        ("fr", "C'est bien."),
        ("es", "¿Y mañana?"),
        ("es", "Eso."),
    ],
)
def test_other_words_are_no_farewell_in_any_language(language: str, text: str) -> None:
    assert not is_farewell(text, PARIS, language)


def test_thanks_for_a_question_is_no_farewell_in_german_either() -> None:
    assert not is_farewell("Ja, danke.", "Soll ich noch einen nennen?", "de")
    assert is_farewell("Nein, danke.", "Soll ich noch einen nennen?", "de")
