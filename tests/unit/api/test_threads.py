"""Which requests share what the model has read."""

from __future__ import annotations

from app.api.threads import Threads


def test_who_comes_after_another_has_the_same_and_who_comes_beside_it_the_next() -> None:
    threads = Threads()
    with threads.taken("a") as one, threads.taken("a") as two, threads.taken("b") as other:
        assert (one, two, other) == ("a", "a#2", "b")
    with threads.taken("a") as again:
        assert again == "a"


def test_the_first_that_is_free_is_taken() -> None:
    threads = Threads()
    with threads.taken("a"):
        with threads.taken("a") as two:
            assert two == "a#2"
        with threads.taken("a") as two_again:
            assert two_again == "a#2"
