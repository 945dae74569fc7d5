"""German. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.deeds.forms import Deeds, heads, pairs, values, verbs
from app.sayings.forms import phrases, words

_NP: Final = "(dein|deine|ihr|ihre|der|die|das|alle|ein|eine) {modifier*} {topic}"
_PLACE: Final = "[(in|im|für|an|auf|um|mit) {any} [{any}] [{any}]]"

_VERBS: Final = """
deed -be - -: ausschalten - ausgeschaltet - -
deed -be - aus: - - - - schalte
deed +be - -: einschalten/anschalten - eingeschaltet/angeschaltet - -
deed +be - ein: - - - - schalte
deed +be - an: - - - - schalte
deed -be - -: ausmachen - ausgemacht - -
deed -be - aus: - - - - mache/mach
deed +be - -: anmachen - angemacht - -
deed +be - an: - - - - mache/mach
deed -level light -: dimmen - gedimmt - dimme
deed +lock lock -: abschließen/verriegeln - abgeschlossen/verriegelt - verriegle
deed +lock lock ab: - - - - schließe
deed -lock lock -: aufschließen/entriegeln - aufgeschlossen/entriegelt - entriegle
thing +open - -: öffnen - geöffnet - öffne
thing -open - -: schließen - geschlossen - schließe
thing +be - -: stellen - gestellt - stelle
thing +be - -: einstellen - eingestellt - -
thing +be - ein: - - - - stelle
topic +be - -: setzen - gesetzt - setze
topic +be - -: schreiben - geschrieben - schreibe
thing +be - -: starten - gestartet - starte
thing +be - -: aktivieren - aktiviert - aktiviere
thing -be - -: deaktivieren - deaktiviert - deaktiviere
thing -be - -: stoppen/anhalten - gestoppt/angehalten - stoppe
thing -be - -: pausieren/beenden - pausiert/beendet - pausiere/beende
thing -be - an: - - - - halte
deed -be - -: abbrechen/absagen/stornieren - abgebrochen/abgesagt/storniert - storniere
deed -be - -: löschen - gelöscht - lösche
topic -be - -: entfernen/streichen - entfernt/gestrichen - entferne/streiche
thing +be music -: abspielen/spielen - abgespielt/gespielt - spiele
thing +level - -: erhöhen - erhöht - erhöhe
thing -level - -: senken/verringern - gesenkt/verringert - senke/verringere
topic +level - lauter: - - - - mache/stelle
topic -level - leiser: - - - - mache/stelle
deed +be message -: schicken/senden - geschickt/gesendet - schicke/sende
deed +be message -: abschicken/verschicken/versenden - abgeschickt/verschickt/versandt/versendet - verschicke
deed +be message -: weiterleiten - weitergeleitet - -
yours +be message -: benachrichtigen/informieren - benachrichtigt/informiert - informiere
named +be call -: anrufen - angerufen - -
named +be call an: - - - - rufe
deed +be booking -: buchen/reservieren - gebucht/reserviert - buche/reserviere
deed +be order -: bestellen - bestellt - bestelle
deed +be order -: kaufen - gekauft - kaufe
deed +be event -: eintragen - eingetragen - -
deed +be event ein: - - - - trage
topic +be event -: planen/vereinbaren - geplant/vereinbart - plane/vereinbare
topic +be - -: hinzufügen - hinzugefügt - -
topic +be - hinzu: - - - - füge
topic +be - -: anlegen/erstellen/speichern - angelegt/erstellt/gespeichert - erstelle/speichere
topic +be - an: - - - - lege
topic - - -: ändern/verschieben/aktualisieren - geändert/verschoben/aktualisiert - ändere/verschiebe
keep +be reminder -: erinnern - erinnert - erinnere
keep +be alarm -: wecken - geweckt - wecke
keep +be notice bescheid: sagen/geben - - - sage/sag/gebe
read - - -: nachsehen/nachschauen/nachgeschlagen - nachgesehen/nachgeschaut/nachgeschlagen - -
read - - -: - - recherchiert - -
read - - -: prüfen/überprüfen - geprüft/überprüft - -
"""

GERMAN: Final = Deeds(
    heads=heads(
        f"""
        done: (ich habe|ich hab|habe ich|hab ich|wir haben) {{any*}} {{done}}
        promise: (ich werde|ich will|werde ich) {{any*}} {{base}}
        doing: ich {{adverb*}} {{now}}
        passive: {_NP} {_PLACE} (wurde|wurden|wird|werden) {{any*}} {{done}}
        passive: (es|das) wurde {{any*}} {{done}}
        stands: {_NP} {_PLACE} (ist|sind) {{any*}} {{done}}
        state: {_NP} {_PLACE} (ist|sind) {{adverb*}} {{state}}
        state: {_NP} {{state}}
        brief: {{modifier*}} {{topic}} {{any*}} {{done}}
        brief: {{modifier*}} {{topic}} {{adverb*}} {{state}}
        kept: du wirst {{any*}} (erinnert|geweckt|benachrichtigt)
        kept: dein {{modifier*}} {{topic}} (klingelt|läutet|wird)
        whole: [das ist|ist|alles|schon|wurde] {{adverb*}} (erledigt|gemacht)
        whole: (wird erledigt|wird gemacht|mach ich|mache ich|das mache ich|das mach ich)
        whole: (alles erledigt|fertig)
        whole: ich (kümmere|kümmer) mich {{adverb*}} (darum|drum)
        whole: ich habe (das|es) {{adverb*}} (erledigt|gemacht)
        """
    ),
    verbs=verbs(_VERBS),
    topics=pairs(
        """timer: timer kurzzeitwecker countdown | alarm: wecker alarm alarme weckzeit | reminder: erinnerung
        erinnerungen | notice: benachrichtigung benachrichtigungen | light: licht lichter lampe lampen
        beleuchtung küchenlicht deckenlicht deckenlampe stehlampe nachttischlampe flurlicht
        schlafzimmerlicht wohnzimmerlicht badezimmerlicht gartenlicht leuchte | heat: heizung thermostat
        temperatur klimaanlage | fan: ventilator lüfter | sound: lautstärke ton lautsprecher | music: musik
        lied lieder song songs playlist album radio sender podcast hörbuch jazz | tv: fernseher tv film |
        device: gerät geräte steckdose kaffeemaschine ofen staubsauger saugroboter spülmaschine
        waschmaschine | door: tür türen haustür garagentor garage tor | lock: schloss | cover: rollladen
        rollläden jalousie jalousien vorhang vorhänge fenster | event: kalender termin termine treffen
        besprechung | list: liste einkaufsliste aufgabenliste einkaufszettel warenkorb | message: nachricht
        nachrichten mail e-mail email mails e-mails sms antwort | call: anruf | booking: buchung
        reservierung tisch flug hotel zimmer ticket tickets taxi | order: bestellung pizza | payment:
        zahlung überweisung rechnung | subscription: abo abonnement | app: app einstellung einstellungen
        wlan bluetooth | security: alarmanlage | file: datei dateien dokument foto fotos | contact: kontakt
        kontakte | weather: wetter wetterbericht | web: internet netz"""
    ),
    states=pairs(
        """+be: an ein läuft laufen spielt klingelt aktiv gestellt
        | -be: aus | +open: offen auf | -open: zu geschlossen | +lock: abgeschlossen verriegelt"""
    ),
    rooms=pairs(
        """kitchen: küche küchenlicht | bedroom: schlafzimmer schlafzimmerlicht | bathroom: bad badezimmer
        badezimmerlicht | living: wohnzimmer wohnzimmerlicht | dining: esszimmer | hall: flur flurlicht |
        office: büro arbeitszimmer | garage: garage garagentor | garden: garten gartenlicht | cellar: keller
        | attic: dachboden | nursery: kinderzimmer | balcony: balkon | front: haustür"""
    ),
    adverbs=words(
        """jetzt nun gerade eben schon bereits sofort gleich gern gerne erfolgreich soeben auch dann also
        wieder alles wunschgemäß hiermit natürlich"""
    ),
    modifiers=words("neue neuer neues neuen erste zweite große kleine tägliche"),
    pronouns=words("es das sie ihn die"),
    yours=words("dein deine deinen deinem deiner ihr ihre ihren ihrem ihrer"),
    you=words("dir dich ihnen sie"),
    people=words(
        "mama papa mutter vater arzt frau mann chef bruder schwester freund freundin oma opa polizei"
    ),
    definite=words("ein eine einen den die das"),
    interjections=words(
        "ok okay ja gut klar alles natürlich gerne gern prima super perfekt sicher hallo na also danke"
    ),
    hails=words("alles na kein sehr guten gute"),
    joints=words("und aber also jetzt nun auch denn"),
    hypothetical=words("wenn falls würde könnte sollte hätte wäre angenommen ob"),
    framing=words("als nachdem bevor während"),
    asking=words("soll sollen möchtest willst kannst sag sage bitte"),
    conditions=words("wenn falls sobald nachdem bevor"),
    negatives=words(
        "nicht kein keine keinen keinem keiner nie niemals nichts leider weder noch ohne gelesen gehört"
    ),
    finite=words(
        """ist sind war waren wurde wurden kann können hilft spart wird werden sollte muss müssen hat haben
        macht machen"""
    ),
    general=words("oft immer meist meistens normalerweise automatisch wenn jeden jede jedes täglich"),
    texts=words(
        """funktion code zeile satz sätze wort text absatz fehler gedicht geschichte beispiel beispiele
        tabelle zusammenfassung übersetzung rezept variable klasse"""
    ),
    mine=words("mein meine meinen meinem mich mir unser unsere"),
    told=words("gestern damals früher lief ging schlief dachte plötzlich kindheit"),
    story=phrases("es war einmal | eines tages | eines nachts | eines abends | vor langer zeit"),
    tales=words("geschichte gedicht märchen lied dialog witz"),
    draft=words(
        """entwurf nachricht mail e-mail text brief sag sage sagen schreib schreibe schreiben beispiel
        übersetzung geschichte gedicht dialog satz antwort märchen lied sagte fragte"""
    ),
    labels=words("antwort status hinweis okay ok ergebnis solo assistent erledigt info gut"),
    letters=words("betreff liebe lieber sehr"),
    greetings=words("hallo hi liebe lieber guten"),
    prepositions=words("für auf an in im um am bis mit von zu zum zur und dass"),
    tails=words("für auf an in um bis mit"),
    toward=words("für auf um"),
    endings=words("jetzt für dich sie gern gerne sofort schon bereits"),
    days=words(
        """heute morgen übermorgen montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar
        märz april mai juni juli august september oktober november dezember abend früh mittag mitternacht"""
    ),
    fillers=words(
        """ich du er sie es wir ihr der die das den dem des ein eine einen einem einer und für auf an in im um
        am bis mit von zu zum zur ist sind habe hab hat wurde wurden wird werden worden werde jetzt dir dich
        ihnen deine dein deinen deiner deinem ihre ihren uhr okay ok gut ja klar daran dass darum heute
        morgen abend früh grad prozent minute minuten stunde stunden sekunden wie gewünscht will auch noch
        alle"""
    ),
    short=words("z.b dr nr bzw ca"),
    numbers=values(
        """0: null | 1: ein eins eine einen einer | 2: zwei | 3: drei | 4: vier | 5: fünf | 6: sechs | 7:
        sieben | 8: acht | 9: neun | 10: zehn | 11: elf | 12: zwölf | 13: dreizehn | 14: vierzehn | 15:
        fünfzehn | 16: sechzehn | 17: siebzehn | 18: achtzehn | 19: neunzehn | 20: zwanzig | 25:
        fünfundzwanzig | 30: dreißig | 40: vierzig | 45: fünfundvierzig | 50: fünfzig | 60: sechzig | 70:
        siebzig | 80: achtzig | 90: neunzig | 100: hundert | 0.5: halbe halben | 1.5: anderthalb eineinhalb"""
    ),
    units=values(
        """1: sekunde sekunden | 60: minute minuten | 3600: stunde stunden | 86400: tag tage tagen
        | 604800: woche wochen"""
    ),
    shares=words("prozent % grad ° °c"),
    clocks=pairs("clock: uhr | noon: mittag | midnight: mitternacht"),
    one=words("ein eine einen einer"),
    plus=words("und"),
    past={"halb": -30},
    objects_first=True,
    honest="Das habe ich nicht wirklich getan.",
    honest_object="Ich habe {object} nicht wirklich {verb}.",
    honest_topics={
        "reminder": "Ich habe keine Erinnerung eingerichtet.",
        "notice": "Ich habe nichts eingerichtet, das dir Bescheid gibt.",
        "alarm": "Ich habe keinen Wecker gestellt.",
        "read": "Ich habe nicht wirklich nachgesehen.",
    },
    nouns_in_capitals=True,
)
