"""Sentences that a skill takes, with what they mean, and sentences that none may take."""

from __future__ import annotations

from app.skills.intents import (
    AskTimers,
    AskWhen,
    CancelTimers,
    ChangeSpeed,
    ChangeVolume,
    ExtendTimer,
    GoOn,
    Help,
    Intent,
    Repeat,
    SetAlarm,
    SetReminder,
    SetTimer,
    SetTimers,
    Snooze,
    Stop,
    TellDate,
    TellSaid,
    TellTime,
    TellVolume,
    Unable,
)
from app.skills.when import EVERY_DAY, WEEKDAYS, WEEKEND, Day, When


def at(hour: int, minute: int = 0, half: str = "", **more: object) -> When:
    return When(hour=hour, minute=minute, half=half, **more)  # type: ignore[arg-type]


def after(seconds: int) -> When:
    return When(seconds=seconds)


TOMORROW, TODAY = Day(offset=1), Day(offset=0)

TAKEN: list[tuple[str, Intent]] = [
    # time and date
    ("What time is it?", TellTime()),
    ("what's the time", TellTime()),
    ("Hey Solo, what time is it now, please?", TellTime()),
    ("Can you tell me what time it is?", TellTime()),
    ("Do you know what time it is?", TellTime()),
    ("Tell me the time.", TellTime()),
    ("Do you have the time?", TellTime()),
    ("What is the current time?", TellTime()),
    ("What day is it today?", TellDate()),
    ("What\u2019s today\u2019s date?", TellDate()),
    ("What's the date?", TellDate()),
    ("What is the date today?", TellDate()),
    ("Which day of the week is it?", TellDate()),
    ("What day is tomorrow?", TellDate(offset=1)),
    ("What's tomorrow's date?", TellDate(offset=1)),
    ("What day was yesterday?", TellDate(offset=-1)),
    ("What month is it?", TellDate("month")),
    ("What year is it?", TellDate("year")),
    # timers
    ("Set a timer for 10 minutes.", SetTimer(600)),
    ("Set a timer for ten minutes please", SetTimer(600)),
    ("Could you please set a timer for five minutes?", SetTimer(300)),
    ("set timer 5 minutes", SetTimer(300)),
    ("Timer for 90 seconds.", SetTimer(90)),
    ("ten minute timer", SetTimer(600)),
    ("Set a 5-minute timer.", SetTimer(300)),
    ("Start a 25 min timer", SetTimer(1500)),
    ("Set a timer for an hour and a half.", SetTimer(5400)),
    ("Set a timer for one and a half hours", SetTimer(5400)),
    ("Set a timer for half an hour.", SetTimer(1800)),
    ("Set a timer for a quarter of an hour", SetTimer(900)),
    ("Set a timer for three quarters of an hour", SetTimer(2700)),
    ("Set a timer for 1h30m", SetTimer(5400)),
    ("Set a timer for two hours and 15 minutes.", SetTimer(8100)),
    ("Set a timer for two hours, fifteen minutes and ten seconds", SetTimer(8110)),
    ("Set a timer for a minute and a half", SetTimer(90)),
    ("Set a timer for 1.5 hours", SetTimer(5400)),
    ("Set a timer for ½ hour", SetTimer(1800)),
    ("Set a timer for a hundred and twenty seconds", SetTimer(120)),
    ("Set a timer for twenty-five minutes", SetTimer(1500)),
    ("Set a timer for a couple of minutes", SetTimer(120)),
    ("Set another timer for 3 minutes", SetTimer(180)),
    ("I need a timer for 20 minutes", SetTimer(1200)),
    ("Give me a ten minute timer", SetTimer(600)),
    ("Set a pasta timer for 9 minutes.", SetTimer(540, "pasta")),
    ("Set a 9 minute pasta timer", SetTimer(540, "pasta")),
    ("Set a timer for pasta for nine minutes", SetTimer(540, "pasta")),
    ("Set a timer for nine minutes for the pasta", SetTimer(540, "pasta")),
    ("Set a timer called Pasta for nine minutes", SetTimer(540, "Pasta")),
    ("Set a timer for nine minutes called sweet potatoes", SetTimer(540, "sweet potatoes")),
    ("Start an egg timer for three and a half minutes", SetTimer(210, "egg")),
    ("Count down from 30 seconds", SetTimer(30)),
    ("Let me know in 20 minutes", SetTimer(1200)),
    ("Set two timers for five and ten minutes", SetTimers((SetTimer(300), SetTimer(600)))),
    ("Set timers for 5 minutes, 10 minutes and an hour",
     SetTimers((SetTimer(300), SetTimer(600), SetTimer(3600)))),
    ("Set a timer for 5 minutes and another for 10 minutes", SetTimers((SetTimer(300), SetTimer(600)))),
    ("Set a timer for as long as it takes", AskWhen("timer", "set a timer")),
    ("Set an alarm for when the sun rises", AskWhen("alarm", "set an alarm")),
    ("Put a timer on for five minutes", SetTimer(300)),
    ("Set a second timer for 5 minutes", SetTimer(300)),
    ("Set a timer for ten minutes to check the oven", SetReminder(after(600), "check the oven")),
    ("Set a timer.", AskWhen("timer", "Set a timer.")),
    ("Start a pizza timer", AskWhen("timer", "Start a pizza timer")),
    # alarms
    ("Set an alarm for 7:30 a.m.", SetAlarm(at(7, 30, "am"))),
    ("Set an alarm for 7.30 am", SetAlarm(at(7, 30, "am"))),
    ("Set an alarm for 7", SetAlarm(at(7))),
    ("Set an alarm for seven o'clock", SetAlarm(at(7))),
    ("Set an alarm for half past seven.", SetAlarm(at(7, 30))),
    ("Set an alarm at half seven", SetAlarm(at(7, 30))),
    ("Set an alarm for a quarter to eight", SetAlarm(at(7, 45))),
    ("Set an alarm for ten past six pm", SetAlarm(at(6, 10, "pm"))),
    ("Set an alarm for twenty five to nine", SetAlarm(at(8, 35))),
    ("Set an alarm for six forty five", SetAlarm(at(6, 45))),
    ("Set an alarm for six oh five", SetAlarm(at(6, 5))),
    ("Set an alarm for 19:45", SetAlarm(at(19, 45, "exact"))),
    ("Set an alarm for 0630", SetAlarm(at(6, 30, "exact"))),
    ("Set an alarm for 730 a.m.", SetAlarm(at(7, 30, "am"))),
    ("Wake me up at 645", SetAlarm(at(6, 45), wake=True)),
    ("Set an alarm for noon", SetAlarm(at(12, 0, "exact"))),
    ("Set an alarm for midnight", SetAlarm(at(0, 0, "exact"))),
    ("Set an alarm for half past seven tomorrow", SetAlarm(at(7, 30, day=TOMORROW))),
    ("Set an alarm for tomorrow morning at six thirty", SetAlarm(at(6, 30, "am", day=TOMORROW))),
    ("Set an alarm for 8 tomorrow evening", SetAlarm(at(8, 0, "pm", day=TOMORROW))),
    ("Set an alarm for tonight at eleven", SetAlarm(at(11, 0, "pm", day=TODAY))),
    ("Set an alarm for two tonight", SetAlarm(at(2, 0, "am", day=TOMORROW))),
    ("Set an alarm for Friday at noon", SetAlarm(at(12, 0, "exact", day=Day(weekday=4)))),
    ("Set an alarm for 8 am on Monday", SetAlarm(at(8, 0, "am", day=Day(weekday=0)))),
    ("Set an alarm for the 5th of December at 10 am", SetAlarm(at(10, 0, "am", day=Day(month=12, number=5)))),
    ("Set an alarm for January 3rd at nine", SetAlarm(at(9, day=Day(month=1, number=3)))),
    ("Set an alarm for 7 every weekday", SetAlarm(at(7, every=WEEKDAYS))),
    ("Set an alarm for every day at 6:15 am", SetAlarm(at(6, 15, "am", every=EVERY_DAY))),
    ("Set a daily alarm for 7", SetAlarm(at(7, every=EVERY_DAY))),
    ("Set a weekday alarm for 6:30", SetAlarm(at(6, 30, every=WEEKDAYS))),
    ("Set an alarm for 9 on weekends", SetAlarm(at(9, every=WEEKEND))),
    ("Set an alarm for every Monday and Wednesday at 7", SetAlarm(at(7, every=frozenset({0, 2})))),
    ("Set an alarm for Monday to Friday at 7", SetAlarm(at(7, every=WEEKDAYS))),
    ("Set an alarm for 7 am on Tuesdays", SetAlarm(at(7, 0, "am", every=frozenset({1})))),
    ("Set a 7 am alarm", SetAlarm(at(7, 0, "am"))),
    ("Set a gym alarm for 6 am", SetAlarm(at(6, 0, "am"), "gym")),
    ("Set an alarm called school for 7:10", SetAlarm(at(7, 10), "school")),
    ("Set an alarm in 20 minutes", SetAlarm(after(1200))),
    ("Wake me up at seven.", SetAlarm(at(7), wake=True)),
    ("Wake me at quarter past six tomorrow", SetAlarm(at(6, 15, day=TOMORROW), wake=True)),
    ("Wake me up in half an hour", SetAlarm(after(1800), wake=True)),
    ("Wake me every morning at 6", SetAlarm(at(6, 0, "am", every=EVERY_DAY), wake=True)),
    ("Every weekday at 7 wake me up", SetAlarm(at(7, every=WEEKDAYS), wake=True)),
    ("Set a recurring alarm for 7 am on weekdays", SetAlarm(at(7, 0, "am", every=WEEKDAYS))),
    ("Set an alarm", AskWhen("alarm", "Set an alarm")),
    ("Set an alarm for tomorrow", AskWhen("alarm", "Set an alarm for tomorrow")),
    ("Wake me up", AskWhen("alarm", "Wake me up")),
    # reminders
    ("Remind me in ten minutes to call Mum.", SetReminder(after(600), "call Mum")),
    ("Remind me to call Mum in ten minutes.", SetReminder(after(600), "call Mum")),
    ("Remind me to call Mum at half past seven", SetReminder(at(7, 30), "call Mum")),
    ("Remind me at five to seven to leave", SetReminder(at(6, 55), "leave")),
    ("Remind me to turn on the oven at six", SetReminder(at(6), "turn on the oven")),
    ("Remind me to buy milk tomorrow", SetReminder(at(9, 0, "am", day=TOMORROW), "buy milk")),
    ("Remind me tomorrow at 8 am to buy milk", SetReminder(at(8, 0, "am", day=TOMORROW), "buy milk")),
    ("Remind me every weekday at 9 to stand up", SetReminder(at(9, every=WEEKDAYS), "stand up")),
    ("Remind me to water the plants every Sunday at 10 am",
     SetReminder(at(10, 0, "am", every=frozenset({6})), "water the plants")),
    ("Remind me that I have a meeting at three", SetReminder(at(3), "I have a meeting")),
    ("Remind me about the cake in 40 minutes", SetReminder(after(2400), "the cake")),
    ("In an hour, remind me to check the oven", SetReminder(after(3600), "check the oven")),
    ("Tonight at nine remind me to lock the door", SetReminder(at(9, 0, "pm", day=TODAY), "lock the door")),
    ("Set a reminder for 5 pm to feed the cat", SetReminder(at(5, 0, "pm"), "feed the cat")),
    ("Create a reminder to feed the cat at 5 pm", SetReminder(at(5, 0, "pm"), "feed the cat")),
    ("Remind me in two days to call the bank", SetReminder(after(172_800), "call the bank")),
    ("Don't let me forget to call Bob at 5", SetReminder(at(5), "call Bob")),
    ("Remind me on Friday to pay rent", SetReminder(at(9, 0, "am", day=Day(weekday=4)), "pay rent")),
    ("Remind me in ten minutes", SetReminder(after(600), "")),
    ("Remind me to take my pills", AskWhen("reminder", "Remind me to take my pills")),
    ("Remind me to call her today", AskWhen("reminder", "Remind me to call her today")),
    # what is set
    ("How long is left on the timer?", AskTimers("timer")),
    ("How long left?", AskTimers()),
    ("How much time is left?", AskTimers()),
    ("How much time is left on the pasta timer?", AskTimers("timer", "pasta")),
    ("How long does the pasta timer have left", AskTimers("timer", "pasta")),
    ("How long until my alarm?", AskTimers("alarm")),
    ("When does my timer go off?", AskTimers("timer")),
    ("When is my next alarm?", AskTimers("alarm")),
    ("What timers do I have?", AskTimers("timer")),
    ("What are my reminders?", AskTimers("reminder")),
    ("List my alarms", AskTimers("alarm")),
    ("Do I have any timers running?", AskTimers("timer")),
    ("Are there any alarms set?", AskTimers("alarm")),
    ("Is my alarm set?", AskTimers("alarm")),
    ("Did you set the timer?", AskTimers("timer")),
    ("Show me my timers", AskTimers("timer")),
    ("What reminders do I have for tomorrow?", AskTimers("reminder")),
    ("Pause the timer", Unable()),
    ("Change my alarm to 8", Unable()),
    ("Cancel the timer.", CancelTimers("timer")),
    ("Stop the pasta timer", CancelTimers("timer", "pasta")),
    ("Cancel the ten minute timer", CancelTimers("timer", seconds=600)),
    ("Cancel all timers", CancelTimers("timer", every=True)),
    ("Delete my reminders", CancelTimers("reminder", every=True)),
    ("Turn off the alarm", CancelTimers("alarm")),
    ("Turn the alarm off", CancelTimers("alarm")),
    ("Cancel my 7 am alarm", CancelTimers("alarm", when=at(7, 0, "am"))),
    ("Cancel the alarm for 7:30", CancelTimers("alarm", when=at(7, 30))),
    ("Cancel the reminder to call Mum", CancelTimers("reminder", "call Mum")),
    ("Add five minutes to the timer", ExtendTimer(300)),
    ("Extend the pasta timer by two minutes", ExtendTimer(120, "pasta")),
    ("Take one minute off the timer", ExtendTimer(-60)),
    ("Snooze", Snooze()),
    ("Snooze for ten minutes", Snooze(600)),
    ("Snooze for 5", Snooze(300)),
    ("Snooze the alarm", Snooze()),
    ("Five more minutes", Snooze(300, only_ringing=True)),
    ("Wake me again in ten minutes", Snooze(600, only_ringing=True)),
    # sound
    ("Volume up", ChangeVolume(1)),
    ("Turn it up a bit", ChangeVolume(1)),
    ("Turn the volume up", ChangeVolume(1)),
    ("Louder", ChangeVolume(1)),
    ("Speak louder, please", ChangeVolume(1)),
    ("Could you speak up?", ChangeVolume(1)),
    ("Turn it down", ChangeVolume(-1)),
    ("A bit quieter please", ChangeVolume(-1)),
    ("Lower the volume", ChangeVolume(-1)),
    ("Set the volume to 40%", ChangeVolume(level=40)),
    ("Set your volume to fifty percent", ChangeVolume(level=50)),
    ("Volume 7", ChangeVolume(level=70)),
    ("Turn the volume down to 3", ChangeVolume(level=30)),
    ("Volume to maximum", ChangeVolume(level=100)),
    ("Mute yourself", ChangeVolume(level=0)),
    ("How loud are you?", TellVolume()),
    ("Speak slower", ChangeSpeed(-1)),
    ("Can you talk a bit more slowly?", ChangeSpeed(-1)),
    ("Slow down", ChangeSpeed(-1)),
    ("Talk faster", ChangeSpeed(1)),
    ("Speak normally", ChangeSpeed(0)),
    # the talk itself
    ("Repeat that", Repeat()),
    ("Say that again, please", Repeat()),
    ("What did you say?", Repeat()),
    ("Pardon?", Repeat()),
    ("What was that?", Repeat()),
    ("Go on.", GoOn()),
    *((said, GoOn()) for said in ("Please go on", "Okay, continue.", "And then?", "You were saying?")),
    *((said, GoOn()) for said in ("Sorry, go on.", "Where were we?", "Tell me the rest of the story.")),
    ("I'm sorry, keep going", GoOn()),
    ("What were you saying?", GoOn()),
    ("What was my last question?", TellSaid()),
    ("What are your skills?", Help()),
    ("You're too loud.", ChangeVolume(-1)),
    ("You're talking too fast", ChangeSpeed(-1)),
    ("What did I just say?", TellSaid()),
    ("What can you do?", Help()),
    ("Help", Help()),
    ("Stop", Stop()),
    ("Okay, stop talking", Stop()),
    ("Never mind", Stop(forget=True)),
    ("Cancel that", Stop(forget=True)),
]  # fmt: skip

LEFT_ALONE = """
What time is it in Tokyo?
What time is the match on?
What time does the shop close?
What time did Columbus sail?
Tell me a story about time.
What is time?
What is the time complexity of quicksort?
What day is Christmas this year?
What day is it in Sydney?
What is the date of the battle of Hastings?
What month is the rainy season?
What year did the war end?
How do I set a timer on my oven?
How do alarm clocks work?
Why does my timer not ring?
Who invented the alarm clock?
What is the best timer for a kitchen?
Write a timer in Python.
Tell me about alarms.
Is ten minutes enough for a timer?
I set a timer for ten minutes.
She asked me to set a timer for ten minutes.
Should I set an alarm for 7?
My alarm did not ring this morning.
The fire alarm went off at seven.
Set the table for dinner.
Set the alarm code to 1234.
Start the dishwasher.
Start a story about a dragon.
Wake me up before you go go.
Who sang wake me up?
Remind me what we talked about yesterday.
Remind me who wrote Faust.
Remind me how to boil an egg.
Remind me of the rules of chess.
Remind me why I came here.
Ten minutes.
In ten minutes.
At half past seven.
How long is the Nile?
How long do I boil an egg?
How long until Christmas?
How much time is left in the game?
How long does it take to fly to Rome?
When is Easter?
When does the train leave?
Cancel my subscription.
Cancel my flight to Rome.
Delete the last paragraph.
Stop worrying about it.
Stop the car.
How do I stop smoking?
Turn up the heat.
Turn on the light.
Turn off the kitchen light.
What is the volume of a sphere?
What is the volume of a cube with a side of 5?
Which band is louder?
Is a jet louder than a lion?
What is a good volume to listen at?
Volume two of the encyclopedia.
Speak French.
Talk to me.
Talk about slow food.
How fast can a cheetah run?
Repeat after me, hello.
Say hello again to my friend.
What did you say about Paris?
What did I say about my sister?
What did he just say?
What can you do about mosquitoes?
What can you do with an old laptop?
Help me write a letter.
Can you help me with my homework?
Never mind the gap.
Forget what I told you about my job.
Tell me more.
What is snooze?
Why do people snooze?
What is a reminder?
Give me five more examples.
Add five to seven.
Add milk to the list.
Another story please.
Count to ten.
Time flies.
Let me know what you think.
Tell me in ten words.
I want to go up the hill at seven.
What are alarms made of?
What's the time difference between London and New York?
What time zone am I in?
Tell me the time in Paris.
What time is it going to rain?
What's the date of my birthday?
Set a goal for me.
Make a timer app.
Create an alarm system design.
When does the timer lifecycle end?
How much time is left in 2026?
Cancel culture is what?
Turn it off.
Lower the blinds.
Increase the brightness.
Turn down the thermostat.
Slow cooker recipes.
Repeat the word hello three times.
I need an alarm for my house.
I need a timer for my oven, which should I buy?
Wake me up when September ends.
Let me know when the rain stops.
Remind me again how this works.
Remind me of my sister's birthday.
Remind me about my appointment.
Give me a reminder of the plot.
Call me in ten minutes.
Ring the doorbell.
Ring my mother at five.
Get me up to speed on the news.
I have to get up at six tomorrow and I hate it.
Extend the deadline by two days.
Tell me in two minutes about Rome.
Alert me in case of fire.
Check timers in C.
Show me the alarms in that painting.
Never mind that, tell me about dogs.
Go on a trip with me.
What is the rest of the world doing?
Another joke.
Five more.
Half an hour.
What was that song called?
What now?
Thank you.
Yes.
Solo.
""".strip().splitlines()
