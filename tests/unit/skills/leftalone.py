"""Sentences that no skill may take: the language model is better at them."""

from __future__ import annotations

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
Use the big model of the atom to explain it.
What is a role model?
Use the cloud as a metaphor.
Five more.
Half an hour.
What was that song called?
What now?
Thank you.
Yes.
Solo.
""".strip().splitlines()
