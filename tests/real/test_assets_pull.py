"""Real packages through the real pip: pulled, checked, cut, refused, mended, called off."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.assets import reach
from app.assets.catalogue import load
from app.assets.choose import default_set
from app.assets.gguf import check_gguf
from app.assets.locate import locate
from app.assets.pull import Puller
from app.assets.verify import glance, verify
from app.kernel.errors import BrokenFile
from tests.conftest import MODELS, ROOT

pytestmark = pytest.mark.real_time

SILERO = load().find("silero-vad")
SOLO = [sys.executable, "-m", "app"]


def solo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SOLO, "--models-dir", str(folder), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_small_model_is_pulled_cut_refused_and_mended(tmp_path: Path) -> None:
    reach.forget()
    (done,) = Puller(tmp_path).pull([SILERO])
    assert done.source
    path = locate(tmp_path, "silero-vad", what="voice activity model")
    assert verify(tmp_path, [SILERO])[0].condition == "good"

    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(BrokenFile, match="is cut short"):
        locate(tmp_path, "silero-vad", what="voice activity model")
    assert glance(tmp_path, SILERO).condition == "broken"

    Puller(tmp_path).pull([SILERO])
    assert path.read_bytes() == data


def test_the_command_line_does_the_same(tmp_path: Path) -> None:
    pulled = solo(tmp_path, "models", "pull", "silero-vad")
    assert pulled.returncode == 0, pulled.stderr
    assert "verified origin" in pulled.stderr
    assert "here and checked" in pulled.stderr
    path = tmp_path / SILERO.path
    path.write_bytes(path.read_bytes()[:1000])
    checked = solo(tmp_path, "models", "verify", "--json")
    assert checked.returncode == 1
    assert json.loads(checked.stdout)[0]["condition"] == "broken"
    assert "Traceback" not in checked.stderr
    assert solo(tmp_path, "models", "pull", "silero-vad", "--again").returncode == 0
    assert solo(tmp_path, "models", "verify").returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise there")
def test_ctrl_c_stops_at_once_and_the_next_pull_finishes(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            *SOLO,
            "--models-dir",
            str(tmp_path),
            "models",
            "pull",
            "smollm2-135m-instruct",
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    fetching = tmp_path / ".partial" / "smollm2-135m-instruct" / "package"
    deadline = time.monotonic() + 60
    while not list(fetching.glob("fetch-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    before = time.monotonic()
    _, words = process.communicate(timeout=60)
    assert time.monotonic() - before < 20
    assert process.returncode == 130
    assert "Traceback" not in words
    assert not (tmp_path / "llm").exists()
    again = solo(tmp_path, "models", "pull", "smollm2-135m-instruct", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)[0]["size"] == 98_362_432


@pytest.mark.needs("models")
def test_a_second_pull_of_all_defaults_takes_a_moment_and_no_network() -> None:
    names = [
        name
        for name in default_set(4_000_000_000, 2, "en")
        if glance(MODELS, load().find(name)).condition == "good"
    ]
    if not names:
        pytest.skip("nothing has been pulled into this folder by Solo yet")
    before = time.process_time()
    done = Puller(MODELS, offline=True).pull([load().find(name) for name in names])
    assert time.process_time() - before < 1
    assert [one.source for one in done] == [""] * len(names)


@pytest.mark.needs("models")
def test_a_real_gguf_is_known_whole_and_refused_when_cut_in_half(tmp_path: Path) -> None:
    found = sorted((MODELS / "llm").glob("*.gguf"), key=lambda path: path.stat().st_size)
    if not found:
        pytest.skip("no language model has been pulled")
    facts = check_gguf(found[0])
    assert facts.data_end == found[0].stat().st_size
    assert facts.metadata["general.architecture"]
    half = tmp_path / "half.gguf"
    with found[0].open("rb") as file:
        half.write_bytes(file.read(facts.data_end // 2))
    with pytest.raises(BrokenFile, match=r"half\.gguf is cut short"):
        check_gguf(half)


def _tmpfs(folder: Path) -> bool:
    mount = shutil.which("mount")
    if sys.platform != "linux" or mount is None or os.geteuid() != 0:
        return False
    folder.mkdir()
    command = [mount, "-t", "tmpfs", "-o", "size=90m", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_disk_too_small_is_refused_first_and_one_that_fills_up_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    disk = tmp_path / "disk"
    if not _tmpfs(disk):
        pytest.skip("a small disk cannot be mounted here")
    try:
        refused = solo(disk, "models", "pull", "en_US-joe-medium")
        assert refused.returncode == 1
        assert "not enough room for en_US-joe-medium" in refused.stderr
        hog = disk / "hog"
        with hog.open("wb") as file:
            file.write(b"\0" * (10 << 20))
        process = subprocess.Popen(
            [*SOLO, "--models-dir", str(disk), "models", "pull", "silero-vad"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not (disk / ".partial" / "silero-vad").exists() and process.poll() is None:
            time.sleep(0.01)
        with pytest.raises(OSError, match="No space"), hog.open("ab", buffering=0) as file:
            while True:
                file.write(b"\0" * (1 << 20))
        _, words = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "is full" in words
        assert "Traceback" not in words
        assert not (disk / SILERO.path).exists()
        hog.unlink()
        assert solo(disk, "models", "pull", "silero-vad").returncode == 0
    finally:
        subprocess.run(["umount", str(disk)], check=False)
