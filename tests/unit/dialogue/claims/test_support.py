from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.dialogue.claims.evidence import Evidence
from app.dialogue.claims.filter import ClaimFilter
from app.events.tools import Effects


def done(
    name: str,
    *,
    description: str = "",
    result: str = "ok",
    ok: bool = True,
    effects: Effects = "world",
    **arguments: Any,
) -> Evidence:
    return Evidence(name, description, json.dumps(arguments), result, ok, effects)


def borne_out(claim: str, *shown: Evidence, language: str = "en") -> bool:
    watched = ClaimFilter(shown, language=language)
    out = watched.feed(claim) + watched.finish()
    assert (out == claim) == (not watched.claim)
    return not watched.claim


class TestWhatCounts:
    def test_a_failure_bears_nothing_out(self) -> None:
        assert not borne_out("The kitchen light is off.", done("turn_off", entity="light.kitchen", ok=False))

    def test_reading_is_no_doing(self) -> None:
        shown = done("list_timers", result="one timer, 5 minutes", effects="none")
        assert not borne_out("I've set a timer.", shown)

    def test_any_reading_bears_out_that_something_was_looked_up(self) -> None:
        shown = done("get_weather", city="Berlin", effects="none")
        for claim in ("I checked the weather.", "I looked it up.", "I've searched the web."):
            assert borne_out(claim, shown)
            assert not borne_out(claim)

    def test_how_things_stand_may_have_been_read(self) -> None:
        shown = done("get_state", entity="lock.front_door", result="locked", effects="none")
        assert borne_out("The front door is locked.", shown)
        assert not borne_out("I've locked the front door.", shown)
        assert not borne_out("The front door is unlocked.", shown)

    def test_anything_that_was_done_bears_out_that_it_is_done(self) -> None:
        assert borne_out("Done!", done("vacuum_start"))
        assert not borne_out("Done!", done("vacuum_state", effects="none"))

    def test_what_was_done_in_an_earlier_turn_is_not_done_just_now(self) -> None:
        earlier = replace(done("turn_off", entity="light.kitchen"), now=False)
        for claim in ("Done!", "Turning off the kitchen light.", "I'll turn off the kitchen light."):
            assert not borne_out(claim, earlier)
            assert borne_out(claim, replace(earlier, now=True))
        assert borne_out("I've turned off the kitchen light.", earlier)
        assert borne_out("The kitchen light is off.", earlier)

    def test_a_reminder_of_an_earlier_turn_is_still_kept(self) -> None:
        assert borne_out(
            "I'll remind you of your pills.", replace(done("create_reminder", text="pills"), now=False)
        )

    def test_of_a_skill_there_is_only_what_it_said(self) -> None:
        shown = Evidence("skill", result="Your pasta timer is set for ten minutes.", effects="own")
        assert borne_out("I've set a timer for ten minutes.", shown)
        assert not borne_out("I've set a timer for five minutes.", shown)
        assert not borne_out("I've locked the front door.", shown)


class TestTheSameThing:
    @pytest.mark.parametrize(
        "name",
        ["set_timer", "SetTimer", "timer.start", "timers-create", "start_countdown", "kitchen_timer_set"],
    )
    def test_however_a_tool_is_called_it_is_known_by_its_words(self, name: str) -> None:
        assert borne_out("I've set a timer.", done(name))

    def test_another_thing_is_another_thing(self) -> None:
        assert not borne_out("I've set an alarm.", done("set_timer", seconds=60))
        assert not borne_out("I've turned off the heating.", done("turn_off", entity="light.kitchen"))

    def test_milk_is_not_eggs(self) -> None:
        shown = done("add_to_list", list="shopping", item="eggs")
        assert borne_out("I've added eggs to your shopping list.", shown)
        assert borne_out("I've added it to your list.", shown)
        assert not borne_out("I've added milk to your shopping list.", shown)

    def test_anna_is_not_peter(self) -> None:
        shown = done("send_message", to="Peter", text="I am late")
        assert borne_out("I've told him. The message has been sent to Peter.", shown)
        assert not borne_out("I've sent the message to Anna.", shown)

    def test_the_kitchen_is_not_the_bedroom_in_any_language(self) -> None:
        shown = done("turn_off", entity="light.kitchen")
        assert borne_out("Ich habe das Licht in der Küche ausgeschaltet.", shown, language="de")
        assert not borne_out("Ich habe das Licht im Schlafzimmer ausgeschaltet.", shown, language="de")

    def test_a_lamp_may_be_a_switch_that_is_called_so(self) -> None:
        assert borne_out("I've turned off the bedroom lamp.", done("turn_off", entity="switch.bedroom"))

    def test_a_reminder_may_be_kept_by_an_event(self) -> None:
        assert borne_out("I'll remind you of that.", done("create_event", title="pills"))
        assert not borne_out("I'll remind you of that.", done("play_music", query="jazz"))

    def test_all_that_is_claimed_in_a_sentence_has_to_be_borne_out(self) -> None:
        claim = "I've locked the front door and turned off the kitchen light."
        lock, light = done("lock_door", door="front"), done("turn_off", entity="light.kitchen")
        assert not borne_out(claim, lock)
        assert not borne_out(claim, light)
        assert borne_out(claim, lock, light)


class TestDirections:
    @pytest.mark.parametrize(
        ("claim", "opposite"),
        [
            ("I've set a timer.", done("cancel_timer")),
            ("I've cancelled the timer.", done("set_timer")),
            ("I've turned on the light.", done("turn_off", entity="light")),
            ("I've turned off the light.", done("light", power=True)),
            ("I've closed the blinds.", done("blinds", action="open")),
            ("I've opened the blinds.", done("blinds_close")),
            ("I've unlocked the door.", done("door_lock", locked=True)),
            ("I've removed milk from the list.", done("add_to_list", item="milk")),
            ("I've stopped the music.", done("play_music")),
            ("I've unmuted the speaker.", done("mute_speaker")),
        ],
    )
    def test_the_opposite_bears_nothing_out(self, claim: str, opposite: Evidence) -> None:
        assert not borne_out(claim, opposite)

    def test_an_argument_says_more_than_a_name(self) -> None:
        assert borne_out("I've turned off the light.", done("set_light", on=False))
        assert borne_out("I've turned off the light.", done("turn_on_or_off_light", state="off"))
        assert not borne_out("I've turned on the light.", done("turn_on_light", state="off"))


class TestNumbers:
    @pytest.mark.parametrize(
        "arguments",
        [
            {"seconds": 600},
            {"minutes": 10},
            {"duration": "10 minutes"},
            {"duration": "ten minutes"},
            {"duration": "PT10M"},
            {"duration": "00:10:00"},
            {"duration": "10m"},
            {"duration_ms": 600_000},
            {"length": 10},
            {"length": 600},
            {"hours": 0, "minutes": 10, "seconds": 0},
        ],
    )
    def test_ten_minutes_are_ten_minutes_however_they_are_written(self, arguments: dict[str, Any]) -> None:
        assert borne_out("I've set a timer for ten minutes.", done("set_timer", **arguments))
        assert borne_out("I've set a 10-minute timer.", done("set_timer", **arguments))
        assert not borne_out("I've set a timer for twelve minutes.", done("set_timer", **arguments))

    def test_an_hour_and_a_half_is_ninety_minutes(self) -> None:
        for claim in (
            "an hour and a half",
            "one hour and thirty minutes",
            "90 minutes",
            "one and a half hours",
        ):
            assert borne_out(f"I've set a timer for {claim}.", done("set_timer", seconds=5400)), claim

    @pytest.mark.parametrize("time", ["07:30", "7:30", "2026-11-23T07:30:00", "7:30 am", "half past seven"])
    def test_a_time_of_day_is_one_however_it_is_written(self, time: str) -> None:
        shown = done("set_alarm", time=time)
        for said in ("7:30", "half past seven", "7:30 am", "7.30"):
            assert borne_out(f"I've set an alarm for {said}.", shown), said
        assert not borne_out("I've set an alarm for eight o'clock.", shown)
        assert not borne_out("I've set an alarm for half past eight.", shown)

    def test_who_does_not_say_which_half_of_the_day_may_mean_either(self) -> None:
        shown = done("create_event", title="Dentist", start="2026-11-24T15:00")
        assert borne_out("I've added the dentist to your calendar for three.", shown)
        assert borne_out("I've added the dentist to your calendar for 3 pm.", shown)
        assert not borne_out("I've added the dentist to your calendar for 3 am.", shown)

    def test_a_share_may_be_a_fraction_or_of_255(self) -> None:
        for arguments in ({"brightness": 40}, {"brightness": 0.4}, {"brightness": 102}):
            shown = done("set_light", **arguments)
            assert borne_out("I've dimmed the light to 40%.", shown)
            assert not borne_out("I've dimmed the light to 70 percent.", shown)

    def test_a_number_that_nobody_held_contradicts_nothing(self) -> None:
        assert borne_out("I've set a timer for ten minutes.", done("set_timer"))
        assert borne_out("I've ordered two pizzas.", done("place_order", item="pizza"))

    def test_the_number_of_an_order_is_no_amount(self) -> None:
        assert borne_out("I've set a timer for ten minutes.", done("set_timer", id=4711, minutes=10))

    def test_the_result_may_say_when_it_rings(self) -> None:
        shown = done("snooze_alarm", result="The alarm rings again at 7:09.")
        assert borne_out("I've snoozed your alarm until 7:09.", shown)
