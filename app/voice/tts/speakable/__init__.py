"""From written to speakable: markup, code, addresses and emoji go; dates, times, money, units, short
forms and signs become words of the language.  The voice's own phonemizer reads plain numbers, so they
stay as they are.
"""

from app.voice.tts.speakable.spoken import ends_sentence, speakable, with_breath

__all__ = ["ends_sentence", "speakable", "with_breath"]
