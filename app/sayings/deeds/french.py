"""French. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.deeds.forms import Deeds, heads, pairs, values, verbs
from app.sayings.forms import phrases, words

_NP: Final = "[(votre|vos|ton|ta|tes|le|la|les|un|une|toutes les|tous les)] {modifier*} {topic}"
_PLACE: Final = "[(de|du|des|dans|pour|à|au|d'|en) {any} [{any}] [{any}]]"
_TO: Final = "[(te|t'|vous|le|la|les|lui|leur)]"

_VERBS: Final = """
deed -be - -: éteindre/d'éteindre - éteint/éteinte/éteints/éteintes j'éteins/j'éteindrai éteins/éteindrai
deed +be - -: allumer/d'allumer - allumé/allumée/allumés/allumées j'allume/j'allumerai allume/allumerai
thing +be - -: régler - réglé/réglée/réglés/réglées - règle/réglerai
topic +be - -: mettre - mis/mise/mises - mets/mettrai
thing +be - -: programmer - programmé/programmée/programmés/programmées - programme/programmerai
thing +be - -: lancer/démarrer - lancé/lancée/démarré/démarrée - lance/démarre/lancerai/démarrerai
thing +be - -: activer/d'activer - activé/activée j'active active
thing -be - -: désactiver - désactivé/désactivée - désactive
thing -be - -: arrêter/d'arrêter - arrêté/arrêtée j'arrête arrête
deed -be - -: annuler/d'annuler - annulé/annulée/annulés/annulées j'annule/j'annulerai annule/annulerai
deed -be - -: supprimer/effacer/d'effacer - supprimé/supprimée/effacé/effacée j'efface supprime
topic -be - -: retirer/enlever - retiré/retirée/enlevé/enlevée j'enlève retire
deed -level light -: tamiser/baisser - tamisé/tamisée/tamisées - tamise
topic -level - -: baisser/réduire - baissé/baissée/réduit/réduite - baisse
topic +level - -: augmenter/monter - augmenté/augmentée/monté/montée j'augmente monte
deed +lock lock -: verrouiller - verrouillé/verrouillée/verrouillés/verrouillées - verrouille
deed -lock lock -: déverrouiller - déverrouillé/déverrouillée - déverrouille
thing +open - -: ouvrir/d'ouvrir - ouvert/ouverte/ouverts/ouvertes j'ouvre/j'ouvrirai ouvre
thing -open - -: fermer - fermé/fermée/fermés/fermées - ferme/fermerai
deed +be message -: envoyer/d'envoyer - envoyé/envoyée/envoyés/envoyées j'envoie/j'enverrai envoie/enverrai
named +be call -: appeler/d'appeler - appelé/appelée j'appelle/j'appellerai appelle
deed +be booking -: réserver - réservé/réservée/réservés/réservées - réserve/réserverai
deed +be order -: commander - commandé/commandée/commandés/commandées - commande/commanderai
deed +be order -: acheter/d'acheter - acheté/achetée j'achète achète
deed +be event -: planifier - planifié/planifiée - planifie
topic +be - -: ajouter/d'ajouter - ajouté/ajoutée/ajoutés/ajoutées j'ajoute/j'ajouterai ajoute/ajouterai
topic +be - -: créer/enregistrer - créé/créée/enregistré/enregistrée j'enregistre crée
topic - - -: modifier/déplacer/changer - modifié/modifiée/déplacé/déplacée/changé/changée - modifie/déplace
thing +be music -: jouer/passer - joué/jouée - joue
keep +be reminder -: rappeler - rappelé - rappelle/rappellerai
keep +be alarm -: réveiller - réveillé - réveille/réveillerai
keep +be notice -: prévenir/avertir/d'avertir - prévenu/averti - préviens/préviendrai/avertirai
read - - -: vérifier/consulter/rechercher - vérifié/consulté/recherché - -
"""

FRENCH: Final = Deeds(
    heads=heads(
        f"""
        done: (j'ai|nous avons|on a) {{adverb*}} {{done}}
        done: je (vous|t'|l'|les|lui) ai {{adverb*}} {{done}}
        done: je (l'ai|t'ai|les ai|vous ai|lui ai) {{adverb*}} {{done}}
        done: je viens [de] {{base}}
        promise: je vais {{adverb*}} {_TO} {{base}}
        doing: je {_TO} {{now}}
        doing: {{doing}}
        doing: je suis en train [de] {{base}}
        passive: {_NP} {_PLACE} (a|ont) {{adverb*}} été {{adverb*}} {{done}}
        passive: (il|elle|cela|ils|elles) (a|ont) {{adverb*}} été {{adverb*}} {{done}}
        stands: {_NP} {_PLACE} (est|sont) {{adverb*}} {{done}}
        state: {_NP} {_PLACE} (est|sont) {{adverb*}} {{state}}
        brief: {{modifier*}} {{topic}} {{adverb*}} {{done}}
        whole: (c'est|voilà c'est|tout est) {{adverb*}} (fait|réglé|terminé|prêt)
        whole: (fait|terminé|j'ai fait cela|je l'ai fait|je m'en occupe|je m'en charge|je le fais)
        """
    ),
    verbs=verbs(_VERBS),
    topics=pairs(
        """timer: minuteur minuterie minuteurs compte-à-rebours chronomètre
        | alarm: alarme alarmes l'alarme réveil d'alarme
        | reminder: rappel rappels
        | notice: notification notifications alerte l'alerte
        | light: lumière lumières lampe lampes ampoule l'ampoule éclairage l'éclairage
        | heat: chauffage thermostat température climatisation radiateur
        | fan: ventilateur
        | sound: volume son
        | music: musique chanson chansons playlist album l'album radio podcast jazz
        | tv: télévision télé film
        | device: appareil l'appareil prise cafetière four aspirateur l'aspirateur
        | door: porte portes portail garage
        | lock: serrure verrou
        | cover: volets volet rideaux stores fenêtre fenêtres
        | event: calendrier agenda l'agenda rendez-vous événement l'événement réunion
        | list: liste listes panier
        | message: message messages courriel e-mail mail email l'e-mail sms réponse
        | call: appel l'appel
        | booking: réservation table vol hôtel l'hôtel chambre billet billets taxi
        | order: commande pizza
        | payment: paiement virement facture
        | subscription: abonnement l'abonnement
        | app: application l'application paramètres wifi bluetooth
        | file: fichier fichiers document documents photo
        | contact: contact
        | weather: météo
        | web: internet web"""
    ),
    states=pairs(
        "+be: active actif activée allumée lancée | -be: éteinte éteint | +open: ouverte | -open: fermée"
    ),
    rooms=pairs(
        """kitchen: cuisine | bedroom: chambre | living: salon | office: bureau | garage: garage | garden:
        jardin | cellar: cave | hall: couloir | balcony: balcon | front: entrée l'entrée | attic: grenier"""
    ),
    adverbs=words("bien maintenant déjà aussi immédiatement tout suite donc juste également désormais"),
    modifiers=words("nouveau nouvelle premier première petite petit grande grand"),
    pronouns=words("le la les l' cela ça"),
    yours=words("votre vos ton ta tes"),
    you=words("vous te t' toi"),
    people=words("maman papa mère père médecin femme mari frère sœur ami amie chef police"),
    definite=words("un une le la les votre ton ta"),
    interjections=words("ok okay oui d'accord bien parfait super voilà entendu certainement bonjour merci"),
    hails=words("bien très c'est pas"),
    joints=words("et mais donc maintenant aussi car"),
    hypothetical=words("si pourrais pourriez voudrais aurais serait supposons"),
    framing=words("quand lorsque après avant pendant comme"),
    asking=words("voulez-vous veux-tu souhaitez-vous dites dis dites-moi dis-moi puis-je"),
    conditions=words("si quand lorsque dès"),
    negatives=words("ne n'ai n'est n'a pas jamais rien aucun aucune n'ont sans n'y"),
    finite=words("est sont était a ont peut peuvent permet aide sera doit doivent"),
    general=words("souvent toujours généralement automatiquement chaque si quand par habituellement"),
    texts=words(
        """fonction code ligne phrase phrases mot mots texte paragraphe erreur poème histoire exemple exemples
        tableau résumé traduction recette variable classe"""
    ),
    mine=words("mon ma mes moi"),
    told=words("hier autrefois enfance couru dormi soudain"),
    story=phrases("il était une fois | un jour | une nuit | un soir"),
    tales=words("histoire poème conte chanson dialogue blague"),
    draft=words(
        """brouillon message courriel e-mail texte lettre dire dites exemple traduction histoire poème
        dialogue phrase réponse conte chanson"""
    ),
    labels=words("réponse statut note ok résultat solo assistant fait info"),
    letters=words("objet cher chère madame monsieur"),
    greetings=words("bonjour salut cher chère"),
    prepositions=words("pour à au aux dans de du des sur en avec et que d'ici jusqu'à"),
    tails=words("pour à au dans sur"),
    toward=words("pour à sur"),
    endings=words("maintenant pour vous toi déjà"),
    days=words(
        """aujourd'hui demain lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril
        mai juin juillet août septembre octobre novembre décembre matin soir midi minuit"""
    ),
    fillers=words(
        """je j'ai tu il elle nous vous le la les l' un une des du de d' au aux à pour dans sur en et est sont
        a ai ont été votre vos ton ta tes te lui maintenant minutes minute heures heure secondes degrés ok
        bien d'accord qui que oui demain soir matin tout vais viens"""
    ),
    short=words("m mme dr"),
    numbers=values(
        """0: zéro | 1: un une | 2: deux | 3: trois | 4: quatre | 5: cinq | 6: six | 7: sept | 8: huit | 9:
        neuf | 10: dix | 11: onze | 12: douze | 13: treize | 14: quatorze | 15: quinze | 16: seize | 20:
        vingt | 30: trente | 40: quarante | 50: cinquante | 60: soixante | 100: cent | 0.5: demi demie"""
    ),
    units=values(
        """1: seconde secondes | 60: minute minutes | 3600: heure heures | 86400: jour jours
        | 604800: semaine semaines"""
    ),
    shares=words("% degrés degré °"),
    clocks=pairs("noon: midi | midnight: minuit | clock: h"),
    one=words("un une"),
    plus=words("et"),
    objects_first=True,
    honest="Je ne l'ai pas vraiment fait.",
    honest_object="Je n'ai pas vraiment {verb} {object}.",
    honest_topics={
        "reminder": "Je n'ai pas créé de rappel.",
        "notice": "Je n'ai rien prévu pour vous avertir.",
        "alarm": "Je n'ai pas réglé de réveil.",
        "read": "Je n'ai pas vraiment vérifié.",
    },
)
