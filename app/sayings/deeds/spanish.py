"""Spanish. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.deeds.forms import Deeds, heads, pairs, values, verbs
from app.sayings.forms import phrases, words

_NP: Final = "[(tu|tus|su|sus|el|la|los|las|un|una|todas las|todos los)] {modifier*} {topic}"
_PLACE: Final = "[(de|del|en|para|a|al) {any} [{any}] [{any}]]"
_TO: Final = "[(te|le|les|lo|la|los|las|se)] [(lo|la|los|las)]"

_VERBS: Final = """
deed -be - -: apagar apagué apagado/apagada/apagados/apagadas apagando apago/apagaré
deed +be - -: encender encendí encendido/encendida/encendidos/encendidas encendiendo enciendo/encenderé
thing +be - -: poner puse puesto/puesta/puestos/puestas poniendo pongo/pondré
thing +be - -: configurar configuré configurado/configurada configurando configuro/configuraré
thing +be - -: programar programé programado/programada programando programo/programaré
thing +be - -: iniciar inicié iniciado/iniciada iniciando inicio/iniciaré
thing +be - -: activar activé activado/activada activando activo/activaré
thing -be - -: desactivar desactivé desactivado/desactivada desactivando desactivo/desactivaré
thing -be - -: parar paré parado/parada parando paro
thing -be - -: detener detuve detenido/detenida deteniendo detengo/detendré
thing -be - -: pausar pausé pausado/pausada pausando pauso
deed -be - -: cancelar cancelé cancelado/cancelada/cancelados/canceladas cancelando cancelo/cancelaré
deed -be - -: borrar borré borrado/borrada borrando borro/borraré
deed -be - -: eliminar eliminé eliminado/eliminada eliminando elimino/eliminaré
topic -be - -: quitar quité quitado/quitada quitando quito/quitaré
deed -level light -: atenuar atenué atenuado/atenuada/atenuadas atenuando atenúo
topic -level - -: bajar bajé bajado/bajada bajando bajo/bajaré
topic +level - -: subir subí subido/subida subiendo subo/subiré
deed -open - -: cerrar cerré cerrado/cerrada/cerrados/cerradas cerrando cierro/cerraré
thing +open - -: abrir abrí abierto/abierta/abiertos/abiertas abriendo abro/abriré
deed +lock lock -: bloquear bloqueé bloqueado/bloqueada bloqueando bloqueo
deed +be message -: enviar envié enviado/enviada/enviados enviando envío/enviaré
deed +be message -: mandar mandé mandado/mandada mandando mando/mandaré
named +be call -: llamar llamé llamado/llamada llamando llamo/llamaré
deed +be booking -: reservar reservé reservado/reservada reservando reservo/reservaré
deed +be order -: pedir pedí pedido/pedida/pedidos pidiendo pido/pediré
deed +be order -: comprar compré comprado/comprada comprando compro/compraré
topic +be - -: añadir añadí añadido/añadida/añadidos añadiendo añado/añadiré
topic +be - -: agregar agregué agregado/agregada agregando agrego/agregaré
topic +be - -: crear/guardar creé/guardé creado/creada/guardado/guardada creando/guardando crearé/guardaré
topic - - -: cambiar/mover cambié/moví cambiado/cambiada/movido/movida cambiando/moviendo cambio/cambiaré
thing +be music -: reproducir reproduje reproducido/reproducida reproduciendo reproduzco/reproduciré
keep +be reminder -: recordar/recordarte - recordado - recuerdo/recordaré
keep +be alarm -: despertar/despertarte - despertado - despierto/despertaré
keep +be notice -: avisar/avisarte - avisado - aviso/avisaré
read - - -: comprobar/consultar/buscar comprobé/consulté/busqué comprobado/consultado/buscado - -
"""

SPANISH: Final = Deeds(
    heads=heads(
        f"""
        done: {{adverb*}} {_TO} (he|hemos) {{adverb*}} {{done}}
        done: {{adverb*}} acabo de {{base}}
        past: {{adverb*}} {_TO} {{past}}
        promise: {_TO} voy a {{base}}
        promise: {_TO} {{now}}
        doing: {_TO} estoy {{adverb*}} {{doing}}
        passive: {_NP} {_PLACE} (ha|han) {{adverb*}} sido {{done}}
        passive: [{_NP} {_PLACE}] {{adverb*}} se (ha|han) {{done}}
        passive: (ha|han) sido {{done}}
        stands: {_NP} {_PLACE} {{adverb*}} (está|están) {{adverb*}} {{done}}
        state: {_NP} {_PLACE} {{adverb*}} (está|están) {{adverb*}} {{state}}
        brief: {{modifier*}} {{topic}} {{adverb*}} {{done}}
        whole: [está|ya está|todo está] {{adverb*}} (hecho|listo)
        whole: (todo listo|todo hecho|ya está|lo he hecho|me encargo|yo me encargo|me encargaré)
        whole: ahora mismo lo hago
        """
    ),
    verbs=verbs(_VERBS),
    topics=pairs(
        """timer: temporizador temporizadores cronómetro
        | alarm: alarma alarmas despertador
        | reminder: recordatorio recordatorios
        | notice: notificación notificaciones
        | light: luz luces lámpara lámparas bombilla iluminación
        | heat: calefacción termostato temperatura
        | fan: ventilador
        | sound: volumen sonido
        | music: música canción canciones lista-de-reproducción álbum radio podcast jazz
        | tv: televisión tele televisor película
        | device: dispositivo enchufe cafetera horno aspiradora
        | door: puerta puertas garaje
        | lock: cerradura cerrojo
        | cover: persianas persiana cortinas ventana ventanas
        | event: calendario agenda cita citas evento reunión
        | list: lista listas carrito
        | message: mensaje mensajes correo email e-mail sms respuesta
        | call: llamada
        | booking: reserva mesa vuelo hotel habitación entrada entradas taxi
        | order: pedido pizza
        | payment: pago transferencia factura
        | subscription: suscripción
        | app: aplicación ajustes wifi bluetooth
        | file: archivo archivos documento foto
        | contact: contacto
        | weather: tiempo
        | web: internet web"""
    ),
    states=pairs(
        "+be: activo activa encendida sonando | -be: apagada apagado | +open: abierta | -open: cerrada"
    ),
    rooms=pairs(
        """kitchen: cocina | bedroom: dormitorio habitación | living: salón | bathroom: baño | office: oficina
        | garage: garaje | garden: jardín | cellar: sótano | hall: pasillo | balcony: balcón | front:
        entrada | dining: comedor"""
    ),
    adverbs=words("ya ahora mismo también bien recién correctamente inmediatamente enseguida"),
    modifiers=words("nuevo nueva primer primera pequeña pequeño grande gran"),
    pronouns=words("lo la los las eso esto"),
    yours=words("tu tus su sus"),
    you=words("te ti le usted recordarte despertarte avisarte"),
    people=words("mamá papá madre padre médico esposa marido hermano hermana amigo amiga jefe policía"),
    definite=words("un una el la los las tu su"),
    interjections=words("ok okay sí vale claro bien perfecto listo hecho hola gracias genial"),
    hails=words("de por muy sin buenas buenos"),
    joints=words("y pero ahora también porque"),
    hypothetical=words("si podría habría sería imagina supongamos"),
    framing=words("cuando después antes mientras como"),
    asking=words("quieres quiere dime dígame puedo di"),
    conditions=words("si cuando cuándo"),
    negatives=words("no nunca nada ningún ninguna ninguno sin jamás oído leído"),
    finite=words("ha han es son era está están puede pueden permite ayuda debe deben fue"),
    general=words("siempre normalmente automáticamente cada si cuando por generalmente"),
    texts=words(
        """función código línea frase frases palabra palabras texto párrafo error poema historia ejemplo
        ejemplos tabla resumen traducción receta variable clase"""
    ),
    mine=words("mi mis mí nuestro nuestra"),
    told=words("ayer antaño infancia corrí dormí pronto"),
    story=phrases("érase una vez | había una vez | un día | una noche | una tarde"),
    tales=words("historia poema cuento canción diálogo chiste"),
    draft=words(
        """borrador mensaje correo texto carta decir di ejemplo traducción historia poema diálogo frase
        respuesta cuento canción"""
    ),
    labels=words("respuesta estado nota ok resultado solo asistente hecho listo info"),
    letters=words("asunto estimado estimada querido querida"),
    greetings=words("hola querido querida estimado estimada"),
    prepositions=words("para a al en de del por con y que hasta sobre"),
    tails=words("para a al en"),
    toward=words("para a"),
    endings=words("ahora para ti usted ya"),
    days=words(
        """hoy mañana lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo
        junio julio agosto septiembre octubre noviembre diciembre tarde noche mediodía medianoche"""
    ),
    fillers=words(
        """yo he has ha han sido tú el la los las lo un una unos de del a al en para por y es está están te le
        tu tus su sus ahora ya minutos minuto horas hora segundos grados ok vale que con mañana hoy noche
        tarde voy se hemos listo hecho"""
    ),
    short=words("sr sra dr"),
    numbers=values(
        """0: cero | 1: un uno una | 2: dos | 3: tres | 4: cuatro | 5: cinco | 6: seis | 7: siete | 8: ocho |
        9: nueve | 10: diez | 11: once | 12: doce | 13: trece | 14: catorce | 15: quince | 20: veinte | 30:
        treinta | 40: cuarenta | 45: cuarenta-y-cinco | 50: cincuenta | 60: sesenta | 100: cien | 0.5: media
        medio"""
    ),
    units=values(
        """1: segundo segundos | 60: minuto minutos | 3600: hora horas | 86400: día días | 604800: semana
        semanas"""
    ),
    shares=words("% grados grado °"),
    clocks=pairs("noon: mediodía | midnight: medianoche"),
    one=words("un una"),
    plus=words("y"),
    objects_first=True,
    honest="En realidad no lo he hecho.",
    honest_object="En realidad no he {verb} {object}.",
    honest_topics={
        "reminder": "En realidad no he creado ningún recordatorio.",
        "notice": "En realidad no he preparado ningún aviso.",
        "alarm": "En realidad no he puesto ninguna alarma.",
        "read": "En realidad no lo he comprobado.",
    },
)
