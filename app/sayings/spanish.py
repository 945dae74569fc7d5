"""Spanish. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.forms import Consent, Excuses, Farewells, Sayings, lines, phrases, words

SPANISH: Final = Sayings(
    fillers=("Un momento.", "A ver.", "Un segundo."),
    excuses=Excuses(
        deaf="Lo siento, mi reconocimiento de voz no está disponible.",
        unfinished="Lo siento, no he podido terminar.",
        slow="Lo siento, eso ha tardado demasiado.",
        thoughtless="Lo siento, mi modelo de lenguaje no está disponible.",
        failed="Lo siento, algo ha fallado con mi respuesta.",
    ),
    stops=phrases(
        """para | stop | alto | basta | basta ya | para ya | detente | cállate | calla | silencio
        | ya basta | deja de hablar | ya está | suficiente | cancela | cancelar | olvídalo | déjalo
        | no importa"""
    ),
    stops_misheard=frozenset(),
    courtesies=words("por favor ahora ya solo jarvis oye hey okay ok oh no gracias"),
    listening_words=words(
        """hm hmm mhm mm mmm ah oh ajá aha sí si claro vale okay ok bien bueno ya exacto exactamente cierto
        interesante genial perfecto verdad"""
    ),
    listening_phrases=phrases(
        "ya veo | de acuerdo | por supuesto | entiendo | lo entiendo | sigue | continúa | adelante | oh no"
    ),
    farewells=Farewells(
        words=words(
            """gracias muchas mil muy amable eso es era todo por ahora hoy el momento nada más vale okay ok
            bien bueno perfecto genial estupendo no sí adiós hasta luego pronto mañana la vista buenas noches
            chao listo solo jarvis oye hey y ya"""
        ),
        ending=phrases(
            """gracias | eso es todo | eso era todo | es todo | nada más | adiós | hasta luego | hasta pronto
            | hasta mañana | hasta la vista | buenas noches | chao"""
        ),
        refusing=phrases("no | nada | eso es todo | es todo | adiós | buenas noches"),
    ),
    consent=Consent(
        yes=phrases(
            """sí | si | sí por favor | sí hazlo | hazlo | sí adelante | adelante | claro
            | claro que sí | por supuesto | vale | de acuerdo | ok | okay | bueno | confirmo
            | confirmado | exacto | correcto | sí claro | por favor | dale"""
        ),
        no=phrases(
            """no | no gracias | no lo hagas | mejor no | ahora no | cancela | cancélalo | déjalo
            | no déjalo | para | alto | olvídalo | ni hablar | espera"""
        ),
        refused="De acuerdo, no lo hago.",
    ),
    going_on=lines(
        """
        (sigue|continúa|continua|prosigue|adelante|siga|continúe) [hablando|contando|leyendo|con eso]
        sigue [por|desde] donde (lo dejaste|estabas|ibas)
        (sigue|continúa) con (la historia|la explicación|la respuesta|lo que decías)
        y (luego|después|entonces|qué más|el resto)
        y (cómo sigue|qué pasó después)
        qué (decías|ibas a decir|estabas diciendo|querías decir|me decías)
        [me] decías
        por dónde (ibas|íbamos)
        dónde (estábamos|nos quedamos|te quedaste|lo dejamos|lo dejaste)
        (dime|cuéntame|dame) (el resto|lo demás|el final)
        el resto
        (acaba|termina) [la frase|la historia|lo que decías|de (hablar|contarlo)]
        """
    ),
)
