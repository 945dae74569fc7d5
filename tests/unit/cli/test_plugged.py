"""The package of docs/plugins.md: built, found by its entry points, and each of its parts used."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest

from app.cli.main import main
from app.config.settings import Settings
from app.events.base import Answer
from app.events.dialogue import ReplyEvent, UserSaidEvent
from app.events.skills import HandledEvent, HandleEvent, UnderstandEvent, UnderstoodEvent
from app.kernel.runtime import Runtime
from app.main import Parts, serving
from app.skills.plugged import PluggedSkills
from app.skills.tools.surroundings import Surroundings
from tests.conftest import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

EXAMPLE = ROOT / "docs" / "examples" / "solo-coin"


def install(folder: Path, points: dict[str, dict[str, str]]) -> None:
    """What pip makes of a package: its metadata beside its module."""
    info = folder / "solo_coin-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: solo-coin\nVersion: 0.1.0\n")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in table.items())
        for group, table in points.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("solo_coin", None)


@pytest.fixture
def installed(packages: Path) -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shutil.copy(EXAMPLE / "solo_coin.py", packages)
    install(packages, project["entry-points"])


async def test_its_skill_answers_without_the_language_model(installed: None, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    async with serving(settings, {"skills"}) as runtime:
        bus = runtime.bus

        async def understood(text: str, language: str | None = None) -> UnderstoodEvent:
            return await bus.request(
                UnderstandEvent(text=text, channel="shell", language=language), UnderstoodEvent
            )

        assert (await understood("Flip a coin!")).model_dump(include={"intent", "whole", "effects"}) == {
            "intent": "coin",
            "whole": True,
            "effects": False,
        }
        assert (await understood("Flip a coin!", "de")).intent == ""
        assert (await understood("What time is it?")).intent == "TellTime"
        done = await bus.request(HandleEvent(text="flip a coin", channel="shell"), HandledEvent)
        assert done.handled
        assert done.text in ("Heads.", "Tails.")
        asked = HandleEvent(text="Why is the sky blue?", channel="shell")
        assert not (await bus.request(asked, HandledEvent)).handled


async def test_its_channel_brings_what_people_say_and_takes_the_reply(
    installed: None, runtime: Runtime, tmp_path: Path
) -> None:
    asked: list[str] = []

    async def reply(said: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        asked.append(said.text)
        yield ReplyEvent(text="Paris.", dialogue="d1", finish="stop")

    (spec,) = Parts(Settings(data_dir=tmp_path), runtime).channels()
    assert (spec.name, spec.needs, spec.after_ready) == ("channel.letters", ("dialogue",), True)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(runtime.bus.serve(UserSaidEvent, reply, name="dialogue"))
        group = await stack.enter_async_context(anyio.create_task_group())
        letters = tmp_path / "letters"
        letters.mkdir()
        (letters / "one.txt").write_text("What is the capital of France?")
        group.start_soon(spec.factory().run, lambda: None)
        answer = letters / "one.reply"
        with anyio.fail_after(10):
            while not (answer.exists() and answer.read_text()):  # noqa: ASYNC110  (nothing announces it)
                await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    assert (asked, answer.read_text()) == (["What is the capital of France?"], "Paris.")


def test_its_command_is_one_of_solos(installed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coin"]) == 0
    assert capsys.readouterr().out in ("Heads.\n", "Tails.\n")
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert "From the package solo-coin." in listed
    assert listed.index("  doctor ") < listed.index("  coin ")


def test_a_command_of_solos_own_is_never_replaced(packages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (packages / "solo_coin.py").write_text("def mine():\n    print('mine')\n")
    install(packages, {"solo.commands": {"config": "solo_coin:mine"}})
    assert main(["config", "show", "api.port"]) == 0
    assert "mine" not in capsys.readouterr().out


@pytest.mark.parametrize("broken", ["import gone_for_good\n", "Coin = lambda around: 1\n", "1/0\n"])
async def test_a_skill_that_is_broken_is_left_out(
    packages: Path, runtime: Runtime, broken: str, tmp_path: Path
) -> None:
    (packages / "solo_coin.py").write_text(broken)
    install(packages, {"solo.skills": {"coin": "solo_coin:Coin"}})
    skills = PluggedSkills(Surroundings(runtime, Settings(data_dir=tmp_path)))
    await skills.load()
    assert skills.find(UnderstandEvent(text="toss a coin", channel="shell")) is None


def test_a_command_that_is_broken_is_one_sentence(packages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (packages / "solo_coin.py").write_text("import gone_for_good\n")
    install(packages, {"solo.commands": {"coin": "solo_coin:coin"}})
    assert main(["coin"]) == 2
    assert "The command coin needs the package gone_for_good" in capsys.readouterr().err


def test_the_example_is_short_and_stands_in_the_guide() -> None:
    code: Any = (EXAMPLE / "solo_coin.py").read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 60
    guide = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    assert f"```python\n{code}```" in guide
    assert (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8") in guide
