"""What can be said to Solo in English without a language model: all sentences, the first that fits wins."""

from __future__ import annotations

from typing import Final

from app.skills.english.sentences.keeping import SET_ALREADY
from app.skills.english.sentences.models import MODELS
from app.skills.english.sentences.setting import ALARMS, REMINDERS, TIMERS, UNCLEAR
from app.skills.english.sentences.sound import SOUND
from app.skills.english.sentences.talk import TALK
from app.skills.english.sentences.time import TIME
from app.skills.english.words import tokenize
from app.skills.grammar import Grammar

ENGLISH: Final = Grammar(
    tokenize, (*TALK, *TIME, *SET_ALREADY, *TIMERS, *ALARMS, *REMINDERS, *SOUND, *MODELS, *UNCLEAR)
)
