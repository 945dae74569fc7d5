"""Two thousand lines that somebody might have said, many of them cruelly close to the one sought.

Made the same way every time.  None says what the speaker's own sister is called.
"""

from __future__ import annotations

import random
from collections.abc import Callable

NAMES = [
    "Clara",
    "Maya",
    "Nora",
    "Ida",
    "Lena",
    "Eva",
    "Zoe",
    "Anna",
    "Mia",
    "Ella",
    "Ruth",
    "Vera",
    "Ines",
    "Tara",
    "Lily",
    "Rosa",
    "Adele",
    "Adam",
    "Adrian",
    "Aida",
    "Ava",
    "Edda",
    "Tom",
    "Ben",
    "Max",
    "Leo",
    "Paul",
    "Jonas",
    "Felix",
    "Oscar",
    "Hugo",
    "Marc",
    "Ravi",
    "Omar",
    "Yusuf",
    "Kenji",
    "Pavel",
    "Igor",
    "Luis",
    "Diego",
]
KIN = [
    "sister",
    "brother",
    "mother",
    "father",
    "cousin",
    "aunt",
    "uncle",
    "niece",
    "nephew",
    "neighbour",
    "boss",
    "teacher",
    "dentist",
    "wife",
]
MINE = [kin for kin in KIN if kin != "sister"]
PETS = ["cat", "dog", "hamster", "parrot", "tortoise", "rabbit"]
PLACES = ["Rome", "Oslo", "Lisbon", "Vienna", "Kyoto", "Hamburg", "Porto", "Cork", "Malmö", "Turin"]
THINGS = ["bicycle", "umbrella", "laptop", "drill", "suitcase", "tent", "violin", "camera", "scarf", "ladder"]
FOOD = ["lentil soup", "apple pie", "fish tacos", "mushroom risotto", "pancakes", "ramen", "goulash"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

Make = Callable[[random.Random], str]


def _of(*texts: str) -> list[str]:
    return list(texts)


TEMPLATES: list[Make] = [
    # Other people's sisters, and one's own other people.
    lambda r: f"{r.choice(NAMES)}'s sister's name is {r.choice(NAMES)}.",
    lambda r: f"{r.choice(NAMES)} told me that his sister is called {r.choice(NAMES)}.",
    lambda r: f"My {r.choice(MINE)}'s name is {r.choice(NAMES)}.",
    lambda r: f"My {r.choice(MINE)}'s sister's name is {r.choice(NAMES)}, I think.",
    lambda r: f"My {r.choice(PETS)}'s name is {r.choice(NAMES)}.",
    lambda r: f"The name of my {r.choice(MINE)} is hard to spell.",
    lambda r: f"Is {r.choice(NAMES)} a good name for a {r.choice(PETS)}?",
    # One's own sister, but not her name.
    lambda r: f"My sister lives in {r.choice(PLACES)}.",
    lambda r: f"My sister is coming to visit on {r.choice(DAYS)}.",
    lambda r: f"My sister borrowed my {r.choice(THINGS)} again.",
    lambda r: f"I have to buy a {r.choice(THINGS)} for my sister.",
    lambda r: f"Call my sister on {r.choice(DAYS)} at {r.randint(8, 20)}.",
    lambda r: f"Does my sister like {r.choice(FOOD)}?",
    # The question itself, and questions like it.
    lambda r: r.choice(_of("What is my sister's name?", "what's my sister's name", "My sister's name?")),
    lambda r: f"What is my {r.choice(MINE)}'s name?",
    lambda r: f"What was the name of {r.choice(NAMES)}'s sister?",
    # Names that look like it.
    lambda r: f"Ada is a programming language from {r.randint(1975, 1983)}.",
    lambda r: f"Ada Lovelace wrote notes about an engine, {r.choice(NAMES)} said.",
    lambda r: f"A woman called {r.choice(NAMES)} rang at {r.randint(8, 20)} o'clock.",
    lambda r: f"My name is not {r.choice(NAMES)}.",
    # The rest of life.
    lambda r: f"Remind me to water the plants on {r.choice(DAYS)}.",
    lambda r: f"How do I cook {r.choice(FOOD)}?",
    lambda r: f"I want to sell my {r.choice(THINGS)} for {r.randint(10, 400)} euros.",
    lambda r: f"Set a timer for {r.randint(2, 55)} minutes.",
    lambda r: f"What is the weather in {r.choice(PLACES)} on {r.choice(DAYS)}?",
    lambda r: f"I was in {r.choice(PLACES)} with {r.choice(NAMES)} in {r.randint(1990, 2025)}.",
    lambda r: f"The train to {r.choice(PLACES)} leaves at {r.randint(5, 23)}:{r.randint(10, 59)}.",
    lambda r: f"{r.choice(NAMES)} likes {r.choice(FOOD)} and hates {r.choice(FOOD)}.",
    lambda r: f"Put {r.choice(FOOD)} on the list for {r.choice(DAYS)}.",
    lambda r: f"My {r.choice(MINE)} lives in {r.choice(PLACES)} with a {r.choice(PETS)}.",
]


def distractors(count: int = 2000, seed: int = 7) -> list[str]:
    """So many lines; repetitions are part of life."""
    chance = random.Random(seed)
    return [chance.choice(TEMPLATES)(chance) for _ in range(count)]
