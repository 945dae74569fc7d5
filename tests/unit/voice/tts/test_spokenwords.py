from app.events.voice import SpokenWord
from app.voice.tts.spokenwords import moved, spoken_words

SOUNDS = {0: "_", 1: "^", 2: "$", 3: " ", 8: ",", 10: "h", 11: "a", 12: "\u02c8", 13: "\u026a"}


def test_words_are_where_their_sounds_are() -> None:
    ids = [1, 0, 10, 0, 12, 0, 11, 0, 13, 0, 3, 0, 11, 0, 8, 0, 2]
    lengths = [100, 10, 20, 2, 30, 3, 40, 4, 50, 5, 60, 6, 70, 7, 80, 8, 9]
    assert spoken_words(ids, lengths, SOUNDS) == (
        SpokenWord("h\u02c8a\u026a", 110, 264),
        SpokenWord("a,", 330, 407),
    )


def test_a_pause_is_no_part_of_a_word() -> None:
    assert spoken_words([1, 11, 8, 3, 11, 2], [5, 10, 500, 300, 10, 5], SOUNDS) == (
        SpokenWord("a,", 5, 15),
        SpokenWord("a", 815, 825),
    )


def test_without_sounds_there_are_no_words() -> None:
    assert spoken_words([], [], SOUNDS) == ()
    assert spoken_words([1, 0, 2], [1, 2, 3], SOUNDS) == ()
    assert spoken_words([10, 11], [1, 2], {}) == ()


def test_words_can_be_moved() -> None:
    assert moved([SpokenWord("a", 5, 15)], -5) == (SpokenWord("a", 0, 10),)
