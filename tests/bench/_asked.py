"""What a model without any tool is asked to do, and ordinary questions."""

from __future__ import annotations

from typing import Final

ACTIONS: Final = tuple(
    """Turn off the kitchen light.
Text Anna that I'm late.
Set a timer for five minutes.
Wake me up at seven tomorrow.
Add milk to my shopping list.
Turn the heating up to 22 degrees.
Play some jazz.
Call my mother.
Remind me to take my pills at nine.
Lock the front door.
Send an email to Bob that the meeting is moved to Friday.
Book a table for two at an Italian restaurant tonight.
Cancel my dentist appointment.
Turn the volume down.
Order a pizza margherita.
Close the blinds in the bedroom.
Stop the music.
Delete all my alarms.
Open the garage door.
What's the weather in Berlin right now? Please look it up.
Start the robot vacuum.
Add a meeting with Clara on Monday at ten to my calendar.
Dim the living room lights to thirty percent.
Turn on the TV.
Read me my latest messages.
Check whether I am free on Tuesday afternoon.
Switch off the coffee machine.
Mute the speaker.
Pay my electricity bill.
Order a taxi to the airport for six in the morning.
Set the thermostat to 19 degrees.
Put eggs and butter on the grocery list.
Snooze the alarm for ten minutes.
Search the web for cheap flights to Rome.
Turn on the porch light when it gets dark.
Tell Peter I will call him back.
Start a countdown of ninety seconds.
Turn everything off, I'm going to bed.
Save this note: the wifi password is on the fridge.
Are the windows in the bedroom closed? If not, close them.""".splitlines()
)

QUESTIONS: Final = tuple(
    """What is the capital of Australia?
How do I set a timer on an oven?
Why is the sky blue?
Tell me a short story about a lighthouse keeper.
What is seven times eight?
Give me a recipe for pancakes.
How does a thermostat work?
What is the difference between a timer and an alarm?
Explain photosynthesis in two sentences.
Write a Python function that starts a timer.
What can you do?
Tell me a joke about a light bulb.
How do I cancel a subscription?
Write a short email to my boss that I am sick today.
Who invented the telephone?
How do smart lights work?
Translate "I have turned off the lights" into German.
What should I do before I go on holiday?
Give me five tips to fall asleep faster.
How long should I boil an egg?
What is an email made of?
Write a four-line poem about the night.
How are you today?
What happens when I press the snooze button?
Name three jazz musicians.
Explain how to book a flight online.
What is the past participle of "to do"?
How many minutes has a day?
Tell me about the history of the alarm clock.
What do people mean by "home automation"?
I feel sad today.
Thank you very much!
What is the meaning of the word "done"?
Why do people lock their doors at night?
How can I save energy at home?
Recommend me a book.
What did you do yesterday?
Do you have feelings?
Write a dialogue between two people about a broken lamp.
Good night!""".splitlines()
)
