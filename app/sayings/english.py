"""English. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.forms import Consent, Excuses, Farewells, Sayings, phrases, words

ENGLISH: Final = Sayings(
    fillers=("One moment.", "Let me think.", "One second.", "Let me see."),
    excuses=Excuses(
        deaf="Sorry, my speech recognition is not available.",
        unfinished="Sorry, I could not finish that.",
        slow="Sorry, that took too long.",
        thoughtless="Sorry, my language model is not available.",
        failed="Sorry, something went wrong with my answer.",
    ),
    stops=phrases(
        """stop | stop it | stop that | stop talking | be quiet | quiet | be silent | silence | shut up
        | shush | hush | enough | that's enough | that is enough | cancel | cancel that | cancel it
        | never mind | nevermind | forget it | forget that | forget about it"""
    ),
    stops_misheard=phrases("start | step | stub | top | stopped | stock | stuff"),
    courtesies=words("please solo jarvis hey okay ok now oh no just"),
    listening_words=words(
        """uh huh mhm mm hm hmm hmmm mmm mhmm ah oh aha yeah yes yep yup ok okay right sure really wow cool
        nice great good exactly true interesting lovely indeed"""
    ),
    listening_phrases=phrases("i see | got it | of course | go on | oh my | oh no"),
    farewells=Farewells(
        words=words(
            """thanks thank you very much so a lot many that's that is was all i need needed for now okay ok
            great good perfect lovely nice cool alright right fine no nothing else it bye goodbye cheers then
            solo jarvis hey well oh and night done enough wonderful awesome excellent brilliant"""
        ),
        ending=phrases(
            """thanks | thank | bye | goodbye | cheers | that's all | that is all | good night
            | nothing else"""
        ),
        refusing=phrases("no | bye | goodbye | that's all | that is all | nothing | good night"),
    ),
    consent=Consent(
        yes=phrases(
            """yes | yeah | yep | yup | yes do | yes do it | yes do that | yes go ahead | go ahead
            | do it | do that | please do | please | sure | sure thing | of course | okay | ok
            | okay do it | ok do it | all right | alright | confirm | confirmed | i confirm
            | absolutely | definitely | correct | right | yes you can | yes you may | you may
            | you can | fine | yes i do | yes i am sure | yes i'm sure | i'm sure | send it
            | yes send it | go for it"""
        ),
        no=phrases(
            """no | nope | nah | no don't | don't | do not | don't do it | don't do that
            | no don't do it | no way | no thanks | no thank you | not now | better not | rather not
            | cancel | cancel it | cancel that | stop | never mind | forget it | no leave it
            | leave it | no cancel | wait | no wait | hold on | no stop"""
        ),
        refused="All right, I won't.",
    ),
    going_on=(),  # with the other English commands, in app/skills/english
)
