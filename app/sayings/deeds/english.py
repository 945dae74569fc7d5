"""English. Data only."""

from __future__ import annotations

from typing import Final

from app.sayings.deeds.forms import Deeds, heads, pairs, thirds, values, verbs
from app.sayings.forms import phrases, words

_NP: Final = "(your|the|a|an|all|both|all the|all your|all of the) {modifier*} {topic} {topic*}"
_THIS: Final = "(your|the|all|both|all the|all your|all of the) {modifier*} {topic} {topic*}"
_PLACE: Final = "[(in|for|to|at|of|about|on|with) {any} [{any}] [{any}] [{any}]]"
_HAS: Final = "(has|have)"
_IS: Final = "(is|are)"

_VERBS: Final = """
deed -be - off: turn turned turned turning
deed +be - on: turn turned turned turning
thing +level - up: turn turned turned turning
thing -level - down: turn turned turned turning
thing +be - -: turn - - -
deed -be - off: switch switched switched switching
deed +be - on: switch switched switched switching
topic - - -: switch switched switched switching
deed -be - off: shut - - -
thing -be - off: shut shut shut shutting
thing -be - down: shut shut shut shutting
thing -open - -: shut shut shut shutting
deed -level light -: dim dimmed dimmed dimming
thing +level light -: brighten brightened brightened brightening
deed +lock lock -: lock locked locked locking
deed -lock lock -: unlock unlocked unlocked unlocking
thing +open - -: open opened opened opening
thing -open - -: close closed closed closing
thing +be - -: set set set setting
thing +be - -: start started started starting
thing +be - -: begin began begun beginning
thing +be - -: restart restarted restarted restarting
thing +be - -: launch launched launched launching
thing +be - -: activate activated activated activating
thing +be - -: enable enabled enabled enabling
thing +be - -: resume resumed resumed resuming
thing -be - -: stop stopped stopped stopping
thing -be - -: pause paused paused pausing
thing -be - -: end ended ended ending
thing -be - -: disable disabled disabled disabling
thing -be - -: deactivate deactivated deactivated deactivating
deed -be - -: cancel cancelled/canceled cancelled/canceled cancelling/canceling
deed -be - -: delete deleted deleted deleting
thing -be - -: dismiss dismissed dismissed dismissing
topic -be - -: clear cleared cleared clearing
topic -be - -: remove removed removed removing
topic -be - off: take took taken taking
deed - - -: snooze snoozed snoozed snoozing
deed -sound sound -: mute muted muted muting
deed +sound sound -: unmute unmuted unmuted unmuting
thing +be music -: play played played playing
topic +be - -: put put put putting
topic +be - -: queue queued queued queuing/queueing
thing +be - -: skip skipped skipped skipping
deed +be message -: send sent sent sending
deed +be message -: text texted texted texting
deed +be message -: email emailed emailed emailing
deed +be message -: message messaged messaged messaging
deed +be message -: forward forwarded forwarded forwarding
yours +be message -: reply replied replied replying
yours +be message -: post posted posted posting
named +be call -: call called called calling
named +be call -: phone phoned phoned phoning
named +be call -: dial dialed/dialled dialed/dialled dialing/dialling
named +be call -: ring rang rung ringing
yours +be message -: contact contacted contacted contacting
yours +be message -: inform informed informed informing
deed +be booking -: book booked booked booking
deed +be booking -: reserve reserved reserved reserving
deed +be order -: order ordered ordered ordering
yours +be order -: buy bought bought buying
deed +be order -: purchase purchased purchased purchasing
yours +be order -: pay paid paid paying
deed +be payment -: transfer transferred transferred transferring
none - - by: order ordered ordered ordering
none - - from: order ordered ordered ordering
none - - alphabetically: order ordered ordered ordering
none - - out: set set set setting
none - - apart: set set set setting
none - - attention: pay paid paid paying
none - - back: take took taken taking
deed +be event -: schedule scheduled scheduled scheduling
deed +be event -: reschedule rescheduled rescheduled rescheduling
topic +be event -: arrange arranged arranged arranging
topic +be - -: add added added adding
topic +be - -: create created created creating
topic +be - -: make made made making
topic +be - -: save saved saved saving
topic +be - -: place placed placed placing
topic - - -: move moved moved moving
topic - - -: change changed changed changing
yours - - -: update updated updated updating
topic - - -: adjust adjusted adjusted adjusting
topic +level - -: increase increased increased increasing
topic -level - -: decrease decreased decreased decreasing
topic -level - -: reduce reduced reduced reducing
topic +level - -: raise raised raised raising
topic -level - -: lower lowered lowered lowering
yours +be - -: submit submitted submitted submitting
yours - - -: confirm confirmed confirmed confirming
yours +be - up: sign signed signed signing
yours +be - -: renew renewed renewed renewing
yours +be - -: upload uploaded uploaded uploading
yours +be - -: download downloaded downloaded downloading
thing +be - -: install installed installed installing
thing -be - -: uninstall uninstalled uninstalled uninstalling
topic +be - -: connect connected connected connecting
topic -be - -: disconnect disconnected disconnected disconnecting
yours +be file -: print printed printed printing
yours - - -: log logged logged logging
thing +be - up: warm warmed warmed warming
keep +be reminder -: remind reminded reminded reminding
named +be message -: notify notified notified notifying
named +be message -: alert alerted alerted alerting
named +be message -: - told told telling
keep +be notice -: notify notified notified notifying
keep +be notice -: alert alerted alerted alerting
keep +be alarm -: wake woke woken waking
keep +be notice know: let let let letting
read - - -: read read read reading
read - - -: check checked checked checking
read - - -: find found found finding
"""

ENGLISH: Final = Deeds(
    heads=heads(
        f"""
        done: (i've|we've|i have|we have) {{adverb*}} {{done}}
        done: (i've|i have) {{adverb*}} gone ahead and {{done}}
        done: (i've|i have) {{adverb*}} got {{modifier*}} {{topic}} {{topic*}} {{done}}
        past: i {{adverb*}} {{past}}
        past: i went ahead and {{past}}
        past: i (was able to|managed to|made sure to) {{base}}
        doing: (i'm|i am|we're|we are) {{adverb*}} {{doing}}
        promise: (i'm|i am) {{adverb*}} (going to|gonna|about to) {{adverb*}} {{base}}
        promise: (i'll|i will|i shall|let me) {{adverb*}} {{base}}
        promise: (i'll|i will|let me) {{adverb*}} (go ahead and|make sure to|be sure to) {{base}}
        promise: (i'll|i will) be {{adverb*}} {{doing}}
        passive: {_NP} {_PLACE} {_HAS} {{adverb*}} been {{adverb*}} {{done}}
        passive: {_THIS} {_PLACE} {_IS} {{adverb*}} being {{adverb*}} {{done}}
        passive: (it|that|this|they|everything) {_HAS} {{adverb*}} been {{adverb*}} {{done}}
        passive: (it's|that's|they've|everything's) {{adverb*}} been {{adverb*}} {{done}}
        passive: your {{modifier*}} {{topic}} {{topic*}} {_PLACE} will {{adverb*}} be {{done}}
        stands: {_THIS} {_PLACE} (is|are|was|were) {{adverb*}} {{done}}
        stands: {{topic}} {{topic*}} (is|are) {{adverb*}} {{done}}
        stands: everything is {{adverb*}} {{done}}
        stands: {_THIS} {_PLACE} {_IS} {{adverb*}} {{doing}}
        passive: {_NP} {_PLACE} {_HAS} {{adverb*}} (started|begun|stopped)
        stands: your (table|room|seat|trip) {_PLACE} {_IS} {{adverb*}} (booked|reserved)
        passive: your (table|room|seat|trip) {_PLACE} {_HAS} {{adverb*}} been {{adverb*}} (booked|reserved)
        stands: (it's|it is|they're|they are|that's) {{adverb*}} (set|booked|sent|scheduled|ordered|cancelled)
        state: {_THIS} {_PLACE} {_IS} {{adverb*}} [{{number}} [percent]] {{state}}
        state: {_THIS} {_PLACE} should {{adverb*}} be {{adverb*}} ({{state}}|{{done}})
        brief: {{modifier*}} {{topic}} {{topic*}} {{adverb*}} {{done}}
        brief: {{modifier*}} {{topic}} {{topic*}} {{adverb*}} {{state}}
        bare: {{adverb*}} {{done}}
        gerund: [now] {{doing}}
        kept: (you'll|you will) {{adverb*}} be (reminded|notified|alerted|woken)
        kept: (you'll|you will) {{adverb*}} (get|receive|hear|have) (a|an|the|your) {{modifier*}} {{topic}}
        kept: your {{modifier*}} {{topic}} {{topic*}} will {{adverb*}} (ring|sound|start|stop|alert|go)
        whole: [all|it's|it is|that's|that is|everything's|everything is] {{adverb*}} done
        whole: [you're|you are|we're|we are|everything's|everything is|it's|that's] {{adverb*}} all set
        whole: (i've|i have|i) {{adverb*}} (done|did) (it|that|this|so)
        whole: (i'll|i will|let me|i'm going to) {{adverb*}} (do|handle) (it|that|this|so)
        whole: (i'll|i will|let me) {{adverb*}} (take care of|see to|get to) (it|that|this)
        whole: (i've|i have|it's|that's|that is|it is) {{adverb*}} (taken care of|handled) {{pronoun*}}
        whole: (i'm|i am) {{adverb*}} (taking care of|handling) (it|that|this)
        whole: [i'm|i am] (on it|working on it)
        whole: (will do|consider it done|mission accomplished)
        whole: (task|request|action) {{adverb*}} (complete|completed|done)
        whole: your (task|request|command) (has been|is) {{adverb*}} (complete|completed|done|executed)
        done: (i've|i have|i) {{adverb*}} (searched|googled)
        done: (i've|i have|i|i'll|i'm|i am|let me) {{adverb*}} (looked|look|looking) {{pronoun*}} up
        """
    ),
    verbs=thirds(verbs(_VERBS)),
    topics=pairs(
        """timer: timer timers countdown stopwatch | alarm: alarm alarms wake-up | reminder: reminder
        reminders | notice: notification notifications alert alerts | light: light lights lamp lamps
        bulb bulbs brightness lighting chandelier spotlight nightlight | heat: thermostat temperature
        heating heat heater radiator ac a/c conditioning conditioner air-conditioning | fan: fan fans |
        sound: volume sound speaker speakers audio | music: music song songs track tracks playlist
        playlists album radio podcast station tune tunes audiobook | tv: tv television movie video
        channel | device: device devices switch plug outlet oven kettle vacuum robot camera dishwasher
        washer dryer maker machine sprinkler sprinklers printer stove humidifier purifier appliance hue
        | door: door doors gate garage | lock: lock locks deadbolt | cover: blinds blind curtains
        curtain shades shade shutters shutter window windows | event: calendar event events appointment
        appointments meeting meetings schedule | list: list lists cart basket todo to-do | message:
        message messages text texts email emails e-mail e-mails mail sms reply inbox invitation
        invitations | call: call calls | booking: booking reservation reservations ticket tickets flight
        flights hotel taxi ride cab | order: order orders delivery purchase pizza groceries | payment:
        payment payments bill transfer | subscription: subscription subscriptions membership account |
        app: update updates app apps application browser settings mode wifi wi-fi bluetooth router |
        security: security system | file: file files document documents folder photo photos backup |
        contact: contact contacts | weather: weather forecast | news: news headlines | web: web internet
        online google traffic stock stocks"""
    ),
    adverbs=words(
        """just now already also successfully then gladly happily immediately quickly finally even still
        currently recently officially safely certainly definitely indeed gone automatically right away
        personally
        all please actually"""
    ),
    modifiers=words(
        """room new first second next other main my your the smart little big old two three four five six
        seven eight nine ten fifteen twenty thirty forty forty-five fifty sixty minute minutes hour
        hours second seconds half shopping grocery groceries todo to-do alarm coffee text phone voice
        wake up google morning evening daily weekly am pm and appointment philips ceiling floor desk
        table bedside night reading led red green blue white warm"""
    ),
    rooms=pairs(
        """kitchen: kitchen | bedroom: bedroom | bathroom: bathroom bath | living: living lounge | dining:
        dining | hall: hall hallway corridor | office: office study | garage: garage driveway | garden:
        garden yard | cellar: basement cellar | attic: attic | nursery: nursery kids | porch: porch patio |
        front: front | back: back | upstairs: upstairs | downstairs: downstairs | balcony: balcony | guest:
        guest | laundry: laundry"""
    ),
    states=pairs(
        """+be: on running active playing activated going ringing enabled bright
        | -be: off inactive paused disabled
        | +open: open | -open: closed shut | +lock: locked | -lock: unlocked | -sound: muted silent"""
    ),
    interjections=words(
        """ok okay sure alright right yes yeah yep great perfect absolutely certainly understood hi hello hey
        oh ah awesome excellent wonderful fine thanks cool lovely"""
    ),
    joints=words("and but so now then also plus because since though while yet too"),
    confirming=words(
        """confirm confirmed inform say saying know note tell see announce report assure glad happy pleased
        sure confirming confirms means"""
    ),
    that=words("that"),
    hypothetical=words(
        """if unless suppose supposing imagine would could might had wish pretend whether example instance
        assuming should"""
    ),
    framing=words(
        "when whenever after before until once while where which who whose whom what why how as than like"
    ),
    asking=words(
        """tell say ask give choose pick just let please type press click tap try open go want would do should
        shall can could may make check ensure verify see remember"""
    ),
    conditions=words("if once unless when whenever after until before soon provided"),
    soonest=words("possible can"),
    negatives=words(
        """not no never nothing none neither nor cannot can't couldn't didn't don't won't haven't hasn't isn't
        aren't wasn't unable without nobody"""
    ),
    finite=words(
        """is are was were can could will would should may might must has have had do does did cannot isn't
        aren't can't won't doesn't don't helps help takes take makes make requires require saves save
        reduces gives keeps keep means needs need involves uses use allows lets works work depends feels
        sounds looks seems brings builds leads causes increases prevents becomes costs cost teaches offers
        provides ensures creates adds improves trains includes contains consists refers describes happens
        tends appears counts belongs relieves boosts develops strengthens produces enables affects remains
        represents encourages promotes consumes wastes"""
    ),
    texts=words(
        """vibes hugs love thoughts luck wishes energy regards function functions code line lines import
        imports variable variables method methods class classes loop loops paragraph paragraphs sentence
        sentences word words typo typos comma commas error errors bug bugs comment comments column columns
        row rows test tests example examples section sections script scripts css html query parameter
        parameters argument arguments docstring draft wording tone essay poem story recipe outline summary
        version explanation answer question questions steps step tips points argument scene ingredients
        item-by-item bullet bullets chapter character characters type types string int integer array object
        objects dictionary key keys value values returns html5 python javascript regex handler"""
    ),
    loose=words("list file document schedule set message playlist call"),
    of=words("of"),
    were=words("was were"),
    ours=words("we we've we're"),
    mine=words("my mine our myself"),
    yours=words("your yours"),
    you=words("you"),
    people=words(
        """mom mum mother dad father wife husband boss doctor dentist friend brother sister son daughter
        grandma grandpa police ambulance taxi emergency him her them someone restaurant office home landlord
        partner girlfriend boyfriend neighbor neighbour colleague teacher plumber"""
    ),
    pronouns=words("it that them this those these everything"),
    prepositions=words("for to at in on about from with by until of into as so and"),
    tails=words("for to at in on from with until now by"),
    fillers=words(
        """i a an the of to for at in on and or so now you your it that this these them is are has have
        been be was with from by as up off down out over just already about right away all some any
        there here not do will can we they he she his her their our my me us set one please today
        tomorrow tonight o'clock clock am pm noon midnight morning evening afternoon night successfully
        if when who what which until okay sure requested asked wanted want need let know monday tuesday
        wednesday thursday friday saturday sunday half past quarter hour hours minute minutes second
        seconds percent degrees degree celsius fahrenheit been it's that's they've i've i'm i'll we've
        you're there's new called named titled exactly back ahead also then asking request both only
        more enjoy able"""
    ),
    story=phrases(
        """once upon a time | there once was | there was once | long ago | one day | one night | one evening |
        one morning | once there was | it was a dark | it was past | in a small village | in a land | once
        there | here is a poem | here's a poem | short story | short poem | bedtime story | it was a | it
        was late"""
    ),
    told=words(
        """yesterday ago ran went walked slept lay crept thought felt fell heard saw woke smiled cried
        whispered shouted looked childhood childhood's memoir memoirs grandmother suddenly"""
    ),
    draft=words(
        """draft message email text letter say write example translation story poem script dialogue sentence
        reply version caption song joke template like conversation lyrics tale list essay response speech
        diary says said wrote asked answered replied"""
    ),
    labels=words(
        """update status answer response result note okay ok sure done assistant solo ai bot reply output
        confirmation action great news success yes jarvis"""
    ),
    letters=words("dear subject"),
    greetings=words("hi hello hey dear"),
    tales=words("story poem tale song lyrics script dialogue conversation joke play"),
    general=words(
        """most many by usually typically normally often always every each automatically default generally if
        when unless during via over as because so since whenever times"""
    ),
    definite=words("a an the your it that this one all both some another up"),
    hails=words("of no got thank thanks good"),
    endings=words("now for you sir madam immediately asap tonight today again ok okay already right"),
    toward=words("for to"),
    days=words(
        """today tomorrow tonight monday tuesday wednesday thursday friday saturday sunday january february
        march april may june july august september october november december morning evening noon midnight"""
    ),
    short=words("mr mrs ms dr st vs e.g i.e approx"),
    one=words("a an one"),
    plus=words("and"),
    past={"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20},
    past_joint=words("past to after"),
    before=words("to"),
    switches=pairs(
        """+be: on state power powered enabled active is_on turn_on playing | -be: off | +lock: locked
        | +open: open"""
    ),
    numbers=values(
        """0: zero | 1: one | 2: two | 3: three | 4: four | 5: five | 6: six | 7: seven | 8: eight | 9: nine |
        10: ten | 11: eleven | 12: twelve dozen | 13: thirteen | 14: fourteen | 15: fifteen | 16: sixteen |
        17: seventeen | 18: eighteen | 19: nineteen | 20: twenty | 30: thirty | 40: forty | 50: fifty | 60:
        sixty | 70: seventy | 80: eighty | 90: ninety | 100: hundred | 0.5: half"""
    ),
    units=values(
        """1: second seconds sec secs | 60: minute minutes min mins | 3600: hour hours hr hrs h
        | 86400: day days | 604800: week weeks"""
    ),
    shares=words("percent % degrees degree ° celsius fahrenheit °c °f c f"),
    clocks=pairs("am: am a.m | pm: pm p.m | clock: o'clock oclock | noon: noon midday | midnight: midnight"),
    polite=words(
        """please can could would will you kindly just now go ahead and hey ok okay so then jarvis solo
        immediately quickly"""
    ),
    leads=(
        ("i", "want", "you", "to"),
        ("i", "need", "you", "to"),
        ("i'd", "like", "you", "to"),
        ("i", "would", "like", "you", "to"),
    ),
    becomes=words("is are will has have gets get been being be now"),
    modals=words("can could may might should must would to cannot can't"),
    honest="I have not actually done that.",
    honest_object="I have not actually {verb} {object}.",
    honest_topics={
        "reminder": "I have not actually set a reminder.",
        "notice": "I have not actually set up anything that would tell you.",
        "alarm": "I have not actually set an alarm.",
        "read": "I have not actually looked that up.",
    },
)
