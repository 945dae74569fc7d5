"""After a spoken answer people are recorded who ask Solo something, and who do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.media.wavwriter import WavWriter
from app.voice.audio.frames import RATE
from tests.bench._recordings import recording
from tests.real.test_talk import solo

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models", "recordings")]

SPOKEN = {"meant": "unmute_dog-or-cat-3-nowait.mp3", "other": "leopard_test_en.wav"}
"""“Should I get a dog or a cat?”, and “Mr. Quilter is the apostle of the middle classes …”: words of
which whisper-tiny.en hears those that count however much silence stands around them."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("follow-up")
    for name, file in SPOKEN.items():
        writer = WavWriter(folder / f"{name}.wav", RATE)
        writer.write(recording(f"speech/{file}"))
        writer.close()
        (folder / f"{name}.yaml").write_text(
            "about: After an answer somebody is heard.\n"
            "settings: {llm.generation.temperature: 0, llm.generation.max_tokens: 24}\n"
            "play:\n"
            "  - {name: question, say: 'Hey Jarvis, what is the capital of France?'}\n"
            f"  - {{name: then, file: {name}.wav, at: after the answer ends + 1 s}}\n"
            "expect: [{wakes: 1}]\n"
        )
    report = folder / "report.json"
    done = solo(folder, "eval", str(folder), "--json", str(report), SOLO_MEMORY__ENABLED="false")
    assert done.returncode == 0, (done.stdout, done.stderr)
    found = json.loads(report.read_text())["tests"]
    return {Path(test["file"]).stem: test["runs"][0] for test in found}


def test_a_recorded_question_is_answered_without_the_wake_word(runs: dict[str, dict[str, Any]]) -> None:
    turns = runs["meant"]["talk"]["turns"]
    heard = turns[-1]["heard"].lower()
    assert "dog" in heard
    assert "cat" in heard
    assert turns[-1]["said"]


def test_somebody_who_reads_aloud_is_left_alone_and_what_they_read_is_told_to_nobody(
    runs: dict[str, dict[str, Any]],
) -> None:
    turns = runs["other"]["talk"]["turns"]
    assert [turn["outcome"] for turn in turns][1:] == ["not_meant"]
    assert turns[-1]["heard"] == turns[-1]["said"] == ""
    assert "Quilter" not in json.dumps(runs["other"])
