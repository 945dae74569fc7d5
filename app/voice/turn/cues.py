"""What tells, in one language, whom words are meant for: lists of words and forms.

A rule file, data only.  What a sign is worth stands in addressee.py; here stands what it looks like.
A language that is not in `CUES` is judged by what needs no words (question marks, length, loudness).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _forms(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts))


@dataclass(frozen=True, slots=True)
class Cues:
    """Sets are of single words in lower case; patterns are searched in the words joined by blanks, with
    a blank before and behind. before: may stand before what counts; names: what Solo is called."""

    names: frozenset[str]
    before: frozenset[str]
    asking: frozenset[str]
    telling: frozenset[str]
    going_on: re.Pattern[str]
    correcting: re.Pattern[str]
    wishing: re.Pattern[str]
    others: frozenset[str]
    us: frozenset[str]
    yours: frozenset[str]
    human: re.Pattern[str]
    family: frozenset[str]
    home: frozenset[str]
    phone: re.Pattern[str]
    broadcast: re.Pattern[str]
    openers: frozenset[str]


ENGLISH: Final = Cues(
    names=_set("solo jarvis assistant computer"),
    before=_set(
        """and but so okay ok well oh um uh er actually now then also yes yeah no please sure right ah hm hmm
        at"""
    ),
    asking=_set(
        """what who where when why how which whose what's who's where's when's how's why's is are was were
        do does did will would can could should shall has have am may might isn't aren't doesn't"""
    ),
    telling=_set(
        """set make cancel add call tell give show help remind wake turn stop start read say repeat explain
        translate summarise summarize delete remove remember name list play round quiz rename change find
        search write spell count calculate convert multiply divide speak skip snooze pause continue describe
        compare recommend suggest define louder softer quieter slower faster another again more next"""
    ),
    going_on=_forms(
        r"^ (?:and|also|or|another|now|actually|instead) ",
        r"^ (?:\w+ )?(?:what|how) about ",
        r" (?:any|no|the) others? ",
        r" (?:one|some) more ",
        r" more (?:about|of|like) ",
        r" (?:first|second|third|last|other) one ",
        r" another one ",
        r" instead ",
    ),
    correcting=_forms(
        r" i mean(?:t)? ", r" i said ", r" i asked ", r" make (?:it|that) ", r" not that ", r"^ no the "
    ),
    wishing=_forms(
        r" i(?: would|'d) (?:like|love) to (?:know|hear|have|complain|pay) ",
        r" i need (?:a|an|some|to know) ",
        r" i want (?:a|an|you|the|to know|to cancel) ",
        r" can you (?!pass|come|hear|get|bring|take|hold|stir|check|lay|pick|move) ?",
        r" could you (?:tell|say|repeat|explain|give|set|play|read|translate) ",
        r" (?:tell|remind|give|show|read|wake|help) me ",
    ),
    others=_set(
        """he she her his him they them their he's she's they're he'd she'd they'd he'll she'll they'll
        they've everybody everyone somebody someone"""
    ),
    us=_set("we us our ours we're we've we'd we'll let's"),
    yours=_set("your yours yourself"),
    human=_forms(
        r" (?:did|have|had|were|haven't|didn't|weren't) you ",
        r" (?:do|would|will|don't|didn't|couldn't|won't) you (?:want|have|need|feel|like|fancy|mind|still"
        r"|remember|get|see|hear|dare|come|go|love|take) ",
        r" are you (?!sure|able|certain|a )",
        r" you(?:'re|'ve|'ll|'d|) (?:said|told|owe|forgot|never|always|were|still|just|got|been|look|know i"
        r"|couldn't|should|shouldn't|don't have|promised|wanted|could) ",
        r" you(?:'re|'ve|'ll) ",
        r" (?:for me|will you|won't you|shall we|aren't you|don't you) $",
        r" (?:isn't it|wasn't it|isn't he|isn't she) $",
        r" shall (?:we|i) ",
        r"^ (?:come|go) (?!on $|ahead|back) ",
        r"^ (?:shh+|sh|wait|hush|look|let me|put|take) ",
        r" i(?:'ve| have|) (?:told|saw|met|asked|got|bought|went|ran|wanted) ",
        r" (?:want|fancy) (?:a|some|another) (?:tea|coffee|beer|wine|drink|cup) ",
    ),
    family=_set(
        """mum mom mummy mommy mother father dad daddy grandma grandpa grandmother grandfather granny aunt
        uncle brother sister wife husband son daughter cousin boss teacher neighbour neighbor friend honey
        darling sweetheart love babe mate kids children guys boys girls folks everybody anybody anyone"""
    ),
    home=_set(
        """keys fridge kettle shoes jacket coat kitchen bathroom table sofa bed car bus dinner lunch
        breakfast school homework class door telly rubbish bins dishes shop shower garden teeth pencil plate
        glass towel upstairs downstairs tired hungry asleep gym tickets"""
    ),
    phone=_forms(
        r"^ (?:hello|hi|hey|hiya) ",
        r" (?:hang|hold) on ",
        r" (?:call|ring|phone|text) (?:you|me|him|her|them|us) (?:back|later|tomorrow|when|in) ",
        r" (?:see|speak to|talk to) you (?:later|soon|then|tomorrow|at|on) ",
        r" love you ",
        r" bye(?: bye)? ",
        r" (?:yeah|no|yes|right|uh) (?:yeah|no|yes|right|i know) ",
        r" (?:can you hear|cutting out|take a message|this is \w+ speaking|wrong number) ",
        r" (?:at yours|your place|at your place|i'm at|i'm in|i'm on|i'm just|i'm still) ",
        r" (?:how are you|how's (?:the|your|everyone)|say hello|give my love) ",
        r" (?:anyway|listen|sorry i|guess what) ",
    ),
    broadcast=_forms(
        r" (?:ladies and gentlemen|welcome (?:to|back)|please welcome|our guest|stay tuned|coming up) ",
        r" (?:this (?:is|week|week's)|previously|meanwhile|tonight's|live from|the headlines|breaking) ",
        r" (?:minister|president said|government|police|officials|parliament|spokesman|election|shares) ",
        r" (?:switch|order|call|subscribe|visit|buy) (?:today|now) | for just | only \d+ | percent off ",
        r" (?:the crowd|contestant|round two|the goal|a goal|score|match|season|championship) ",
        r" (?:viewers|listeners|you've been (?:listening|watching)|and the winner) ",
        r" (?:passengers|million|billion|thousands) ",
    ),
    openers=_set(
        """yes no okay ok well sure thanks oh sorry actually also and then so now please great right lovely
        good fine nice really cool wow hello hi hey perfect alright ah hm hmm dear first second not next
        maybe but yeah nope sunday monday tuesday wednesday thursday friday saturday stop"""
    ),
)

CUES: Final[dict[str, Cues]] = {"en": ENGLISH}
