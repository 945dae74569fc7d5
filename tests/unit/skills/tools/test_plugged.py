"""What packages may plug in, and what becomes of broken ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.config.settings import Settings
from app.kernel.errors import BadInput
from app.kernel.runtime import Runtime
from app.skills.tools.functions import FunctionSource, tool
from app.skills.tools.plugged import plugged_in, source
from app.skills.tools.surroundings import Surroundings
from tests.unit.skills.tools.box import Home, box

pytestmark = pytest.mark.anyio


def roll() -> int:
    """Roll a die."""
    return 4


marked = tool(effects="none")(lambda: "x")


def around(runtime: Runtime) -> Surroundings:
    return Surroundings(runtime, Settings(data_dir=Path("data")))


@pytest.mark.parametrize(
    "thing",
    [
        [roll],
        (roll,),
        tool(effects="none")(roll),
        lambda: [roll],
        lambda around: FunctionSource("dice", [roll], around.runtime.pool),
    ],
)
def test_functions_and_what_gives_them_are_a_source(runtime: Runtime, thing: Any) -> None:
    made = source("dice", thing, around(runtime))
    assert made.name == "dice"
    assert [one.name for one in made.tools()] == ["roll"]


def test_a_source_is_taken_as_it_is_or_made(runtime: Runtime) -> None:
    home = Home()
    assert source("home", home, around(runtime)) is home
    assert source("home", Home, around(runtime)).name == "home"


@pytest.mark.parametrize("thing", [5, "x", lambda: None, [5], Home("solo"), lambda: Home("solo")])
def test_anything_else_is_refused_and_nobody_calls_himself_solo(runtime: Runtime, thing: Any) -> None:
    with pytest.raises(BadInput):
        source("x", thing, around(runtime))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs modules with entry points, as pip would."""

    def install(points: dict[str, str], **modules: str) -> None:
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        info = tmp_path / "plugged-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1\n")
        lines = "".join(f"{name} = {value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[solo.tools]\n{lines}")
        monkeypatch.syspath_prepend(tmp_path)

    return install


async def test_broken_plug_ins_are_left_out_and_the_others_work(
    runtime: Runtime, package: Callable[..., None]
) -> None:
    package(
        {
            "good": "solo_good:TOOLS",
            "absent": "solo_absent:TOOLS",
            "raises": "solo_raises:TOOLS",
            "ends": "solo_ends:TOOLS",
            "odd": "solo_odd:TOOLS",
            "nameless": "solo_good:NOTHING",
            "clock": "solo_raises:TOOLS",  # a name of the house is never replaced
        },
        solo_good="def roll_dice() -> int:\n    'Roll.'\n    return 4\n\nTOOLS = [roll_dice]\n",
        solo_raises="raise RuntimeError('no')\n",
        solo_ends="import sys\nsys.exit(3)\n",
        solo_odd="def bad(x): pass\nTOOLS = [bad]\n",
    )
    assert [one.name for one in await plugged_in(around(runtime))] == ["good"]
    async with box(runtime, confirm="never") as solo:
        names = await solo.tools()
        assert "roll_dice" in names
        assert "get_time" in names
        assert (await solo.call("roll_dice")).text == "4"


async def test_a_plug_in_cannot_replace_a_tool_of_the_house(
    runtime: Runtime, package: Callable[..., None]
) -> None:
    package(
        {"sly": "solo_sly:TOOLS"},
        solo_sly="def get_time() -> str:\n    'Time.'\n    return 'never'\n\nTOOLS = [get_time]\n",
    )
    async with box(runtime) as solo:
        assert (await solo.call("get_time")).text != "never"
