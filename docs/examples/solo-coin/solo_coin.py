"""For Solo: a skill that tosses a coin, a channel of letters in a folder, and a command."""

import secrets

from app.events.dialogue import ReplyEvent, UserSaidEvent
from app.kernel.errors import SoloError

ASKED = ("toss a coin", "flip a coin", "heads or tails")


def toss():
    return secrets.choice(("Heads.", "Tails."))


class Coin:
    """The language model is not asked."""

    effects = False  # nothing has to be taken back when the person goes on speaking

    def __init__(self, around):
        pass

    def understands(self, text, language):
        return language == "en" and text.lower().strip(" .!?") in ASKED

    async def do(self, asked):
        return toss()


class Letters:
    """Answers each NAME.txt in data/letters by a NAME.reply."""

    def __init__(self, around):
        self.bus, self.clock = around.runtime.bus, around.runtime.clock
        self.folder = around.settings.data_dir / "letters"

    async def run(self, ready):
        self.folder.mkdir(parents=True, exist_ok=True)
        ready()
        while True:
            for letter in sorted(self.folder.glob("*.txt")):
                if not letter.with_suffix(".reply").exists():
                    letter.with_suffix(".reply").write_text(await self.reply(letter.read_text()))
            await self.clock.sleep(1)

    async def reply(self, text):
        said = UserSaidEvent(text=text, channel="api", turn=self.clock.new_id())
        try:
            return (await self.bus.request(said, ReplyEvent)).text
        except SoloError as error:
            return str(error)


def coin():
    """Toss a coin."""
    print(toss())
