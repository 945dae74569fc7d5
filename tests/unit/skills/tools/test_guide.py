"""The tools of the documents: built as a package, found by its entry point, and called."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kernel.runtime import Runtime
from tests.conftest import ROOT
from tests.unit.skills.tools.box import box

pytestmark = pytest.mark.anyio

EXAMPLE = ROOT / "docs" / "examples" / "solo-pantry"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What pip makes of the folder: its module, and its metadata beside it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shutil.copy(EXAMPLE / "solo_pantry.py", tmp_path)
    info = tmp_path / f"solo_pantry-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: solo-pantry\nVersion: {project['version']}\n"
    )
    points = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in table.items())
        for group, table in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(points))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("solo_pantry", None)


@pytest.mark.usefixtures("installed")
async def test_its_tools_are_offered_and_do_what_they_say_for_each_person(runtime: Runtime) -> None:
    async with box(runtime) as solo:
        offered = await solo.tools("Put milk on the shopping list")
        assert {"shopping_list_add", "shopping_list_read"} <= {*offered}
        done = await solo.call("shopping_list_add", {"items": ["milk", "tea"]})
        assert (done.ok, done.text, done.effects) == (True, "Put on the list: milk, tea.", "own")
        assert (await solo.call("shopping_list_read")).text == '["milk","tea"]'
        assert (await solo.call("shopping_list_add", {"items": "jam"})).ok  # as small models write it
        nobody = await solo.call("shopping_list_read", owner="bob")
        assert (nobody.ok, nobody.text) == (False, "The shopping list is empty.")
        assert not (await solo.call("shopping_list_add", {"items": []})).ok
        assert [fact.source for fact in solo.facts][:2] == ["pantry", "pantry"]


async def test_without_its_package_they_are_not_there(runtime: Runtime) -> None:
    async with box(runtime) as solo:
        assert "shopping_list_add" not in await solo.tools()


def test_the_example_is_short_and_stands_in_the_guide() -> None:
    code = (EXAMPLE / "solo_pantry.py").read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 30
    guide = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    assert f"```python\n{code}```" in guide
    assert (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8") in guide
