"""German. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.forms import Consent, Excuses, Farewells, Sayings, lines, phrases, words

GERMAN: Final = Sayings(
    fillers=("Moment.", "Mal sehen.", "Sekunde."),
    excuses=Excuses(
        deaf="Entschuldigung, meine Spracherkennung ist gerade nicht da.",
        unfinished="Entschuldigung, das konnte ich nicht zu Ende bringen.",
        slow="Entschuldigung, das hat zu lange gedauert.",
        thoughtless="Entschuldigung, mein Sprachmodell ist gerade nicht da.",
        failed="Entschuldigung, bei meiner Antwort ist etwas schiefgegangen.",
    ),
    stops=phrases(
        """stopp | stop | halt | halt an | hör auf | aufhören | sei still | sei leise | sei ruhig
        | still | ruhe | ruhig | leise | schweig | halt den mund | halt die klappe | genug
        | das reicht | es reicht | schluss | schluss jetzt | abbrechen | brich ab | vergiss es
        | schon gut | lass es | lass gut sein"""
    ),
    stops_misheard=phrases("top | stopf | stock | hallt"),
    courtesies=words("bitte jetzt mal doch solo jarvis hey okay ok oh nein danke"),
    listening_words=words(
        """hm hmm hmmm mhm mm mmm ah oh aha ach so ja jaja jo jawohl klar genau stimmt richtig okay ok gut
        schön toll wow wirklich echt interessant super prima"""
    ),
    listening_phrases=phrases(
        "ich verstehe | verstehe | alles klar | na klar | weiter | mach weiter | oh nein"
    ),
    farewells=Farewells(
        words=words(
            """danke dank vielen schön dir sehr das war's wars war es alles ist reicht ich brauche mehr nicht
            nichts für heute jetzt erstmal erst mal okay ok gut super toll prima perfekt wunderbar nein ja
            tschüss tschüs ciao auf wiedersehen wiederhören bis dann später bald morgen gute nacht solo jarvis
            hey na und ach fertig sonst weiter schon"""
        ),
        ending=phrases(
            """danke | dank | tschüss | tschüs | ciao | auf wiedersehen | auf wiederhören | das war's
            | das wars | das war alles | das ist alles | das war es | gute nacht | nichts mehr | sonst nichts
            | bis dann | bis später | bis bald | bis morgen"""
        ),
        refusing=phrases(
            """nein | nichts | tschüss | tschüs | das war's | das wars | das war alles | das ist alles
            | gute nacht"""
        ),
    ),
    consent=Consent(
        yes=phrases(
            """ja | ja bitte | ja gerne | ja mach | ja mach das | ja tu das | mach das | mach es
            | tu das | tu es | gerne | klar | na klar | sicher | natürlich | okay | ok
            | einverstanden | in ordnung | bestätigt | jawohl | jo | genau | richtig | ja genau
            | ja mach es | bitte"""
        ),
        no=phrases(
            """nein | ne | nee | nö | nein danke | nein nicht | nicht | lieber nicht | besser nicht
            | lass es | lass das | nein lass es | lass es sein | abbrechen | stopp | stop | halt
            | vergiss es | jetzt nicht | auf keinen fall | nein mach das nicht | mach das nicht
            | tu das nicht | warte"""
        ),
        refused="Gut, ich lasse es.",
    ),
    going_on=lines(
        """
        [und] weiter [so]
        (mach|sprich|rede|red|erzähl|erzähle|lies|sag|lass hören) [nur|da|mir] [doch] weiter
        (fahr|fahre) [nur] fort
        und dann
        und (wie|wo) (geht|ging) es weiter
        und (was|wer) (noch|kam dann)
        was (wolltest|willst) du [gerade|eben|noch|denn|eigentlich] [noch] (sagen|erzählen)
        was hast du [gerade|eben] sagen wollen
        was hattest du [gerade|eben] [noch] sagen wollen
        [und] (was|wie) (war|ist|lautet) der rest
        wo (waren wir|warst du) [gerade|eben|denn] [stehengeblieben|stehen geblieben]
        mach [da] weiter wo du (aufgehört hast|warst|stehengeblieben bist|stehen geblieben bist)
        [und] (der|den) rest
        (sag|erzähl|erzähle|gib) [mir] [noch] den rest
        du wolltest [gerade|eben|noch] [noch] etwas sagen
        """
    ),
)
