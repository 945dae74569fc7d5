"""French. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.forms import Consent, Excuses, Farewells, Sayings, lines, phrases, words

FRENCH: Final = Sayings(
    fillers=("Un instant.", "Voyons.", "Une seconde."),
    excuses=Excuses(
        deaf="Désolé, ma reconnaissance vocale n'est pas disponible.",
        unfinished="Désolé, je n'ai pas pu terminer.",
        slow="Désolé, cela a pris trop de temps.",
        thoughtless="Désolé, mon modèle de langage n'est pas disponible.",
        failed="Désolé, ma réponse n'a pas abouti.",
    ),
    stops=phrases(
        """stop | arrête | arrêter | arrête-toi | arrêtez | arrête ça | arrête de parler
        | tais-toi | taisez-vous | silence | chut | la ferme | ça suffit | assez | annule | annuler
        | laisse tomber | oublie | oublie ça | peu importe"""
    ),
    stops_misheard=frozenset(),
    courtesies=words("s'il te vous plaît plait maintenant solo jarvis hey okay ok oh non merci"),
    listening_words=words(
        """hm hmm mhm mm mmm ah oh aha ouais oui ouaip ok okay bon bien voilà exactement exact vrai vraiment
        super génial intéressant certes"""
    ),
    listening_phrases=phrases(
        "je vois | d'accord | bien sûr | c'est vrai | je comprends | ah bon | continue | vas-y | oh non"
    ),
    farewells=Farewells(
        words=words(
            """merci beaucoup bien c'est c'était ce sera est tout pour le moment l'instant ça ira va suffit
            j'ai fini okay ok d'accord parfait super génial très bon bonne non oui rien d'autre plus de au
            revoir salut à tard bientôt demain nuit soirée journée ciao solo jarvis hey ah et"""
        ),
        ending=phrases(
            """merci | au revoir | c'est tout | ce sera tout | c'était tout | bonne nuit | bonne soirée
            | bonne journée | ça ira | rien d'autre | plus rien | à plus | à plus tard | à bientôt | à demain
            | ciao"""
        ),
        refusing=phrases("non | au revoir | c'est tout | ce sera tout | rien | bonne nuit"),
    ),
    consent=Consent(
        yes=phrases(
            """oui | ouais | oui vas-y | vas-y | oui fais-le | fais-le | oui allez-y | allez-y
            | d'accord | bien sûr | oui bien sûr | ok | okay | volontiers | absolument | exactement
            | je confirme | confirmé | oui merci | oui s'il te plaît | oui s'il vous plaît
            | s'il te plaît | s'il vous plaît"""
        ),
        no=phrases(
            """non | non merci | surtout pas | pas maintenant | plutôt pas | laisse | laisse tomber
            | non laisse | annule | annulez | arrête | stop | ne le fais pas | non ne le fais pas
            | oublie | attends"""
        ),
        refused="Très bien, je ne le fais pas.",
    ),
    going_on=lines(
        """
        (continue|continuez|poursuis|poursuivez|reprends|reprenez) [ton (histoire|récit|explication|idée)]
        (vas y|allez y) [continue]
        et (ensuite|après|puis|alors|la suite|le reste)
        (que|qu'est ce que tu|qu'est ce que vous) (disais|disiez|voulais dire|vouliez dire|allais dire)
        que (disais tu|disiez vous|voulais tu dire|allais tu dire|vouliez vous dire)
        tu (disais|disais quoi|voulais dire quoi|allais dire quoi)
        où en (étais tu|étions nous|étiez vous|es tu|sommes nous)
        [quelle est|c'est quoi|et] la suite
        (dis|raconte|donne) [moi] (la suite|le reste|la fin)
        (reprends|continue) là où tu (t'es arrêté|en étais|étais)
        (finis|termine) [ta phrase|ton histoire|ton explication|ce que tu disais]
        """
    ),
)
