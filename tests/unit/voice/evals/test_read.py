import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.errors import BadInput
from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE
from app.voice.evals.read import Loaded, read_scenario
from tests.conftest import ROOT

GOOD = """\
about: A question is answered.
play:
  - name: question
    say: Hello.
  - say: [yes, 0.5, no]
    at: after the answer ends + 1.5 s
expect:
  - turns: 1
  - answer: Paris
"""
OURS = sorted((ROOT / "docs" / "conversations").glob("*.yaml"))


def read(folder: Path, text: str | bytes, *folders: Path) -> Loaded:
    path = folder / "test.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_scenario(path, folders)


def complaint(folder: Path, text: str | bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read(folder, text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_the_tests_that_solo_brings_can_be_read(path: Path) -> None:
    assert read_scenario(path).scenario.expect


def test_words_are_words_and_numbers_are_numbers(tmp_path: Path) -> None:
    loaded = read(tmp_path, GOOD)
    assert loaded.scenario.play[1].say == ("yes", 0.5, "no")
    assert loaded.names == ("question", "step-2")


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("say: Hello.", "sya: Hello.", ("line 4", "play.1.sya", "did you mean say?")),
        ("turns: 1", "turn: 1", ("line 8", "exactly one of")),
        ("turns: 1", "turns: many", ("line 8", "expect.1.turns")),
        ("answer: Paris", "answer: {contain: Paris}", ("line 9", "did you mean contains?")),
        ("answer: Paris", "answer: {wrong_words: 1}", ("line 9", "equals, contains")),
        ("answer: Paris", "silent: {after: answr begins, within_ms: 5}", ("line 9", "did you mean answer?")),
        ("answer: Paris", "answered: {after: qestion, within_ms: 5}", ("line 9", "did you mean question?")),
        (
            "after the answer ends + 1.5 s",
            "an hour later",
            ("line 6", "play.2.at", "after the answer begins"),
        ),
        (
            "after the answer ends + 1.5 s",
            "later",
            ("line 6", "play.2.at", "'later' does not say whether it begins or ends"),
        ),
        ("after the answer ends + 1.5 s", "after step-2 ends", ("line 6", "no step 'step-2' before it")),
        ("after the answer ends + 1.5 s", "after the answer ends - 1 s", ("line 6", "may have passed")),
        ("    at: after the answer ends + 1.5 s\n", "", ("line 5", "at is missing")),
        ("name: question", "name: answer", ("line 3", "taken")),
        ("name: question", "name: Question 1", ("line 3", "play.1.name")),
        ("say: Hello.", "noise: pink", ("line 3", "seconds")),
        ("say: Hello.", "noise: brown", ("line 4", "'white', 'pink' or 'hum'")),
        ("say: Hello.", "say: Hello.\n    dbfs: -3", ("gain_db",)),
        ("say: Hello.", "say: Hello.\n    voice: ../../etc/passwd", ("line 5", "play.1.voice")),
        ("say: Hello.", "file: gone.wav", ("line 4", "gone.wav", "not there")),
        ("say: Hello.", "file: /etc/passwd", ("line 4", "not relative")),
        ("say: Hello.", "file: C:\\x.wav", ("line 4", "not relative")),
        ("say: Hello.", "file: ../x.wav", ("line 4", "leads out")),
        ("say: Hello.", "file: a/../../x.wav", ("line 4", "leads out")),
        ("say: Hello.", "say: *x", ("line 4",)),
        ("say: Hello.", "say: &x Hello.", ("line 4", "anchors")),
        ("say: Hello.", "say: !!python/object:os.system x", ("line 4", "tags")),
        ("say: Hello.", "say: {", ("line 5", "not YAML")),
        ("say: Hello.", "say: Hello.\n    say: Hi.", ("line 5", "twice")),
        ("play:", "seconds: 1e9\nplay:", ("line 2", "seconds")),
        ("play:", "seconds: .nan\nplay:", ("line 2", "seconds")),
        (
            "play:",
            "settings: {voice.wake.egnine: none}\nplay:",
            ("line 2", "did you mean voice.wake.engine?"),
        ),
        ("play:", "settings: {data_dir: x}\nplay:", ("line 2", "may not change")),
        ("play:", "settings: {llm.generation.model: x}\nplay:", ("line 2", "may not change")),
        ("play:", "settings: {voice.wake.words: /tmp/x.onnx}\nplay:", ("line 2", "plain words")),
        ("about:", "--- 1\n---\nabout:", ("line 2", "second document")),
    ],
)
def test_what_is_wrong_is_one_sentence_with_line_and_key(
    tmp_path: Path, before: str, after: str, parts: tuple[str, ...]
) -> None:
    assert before in GOOD
    said = complaint(tmp_path, GOOD.replace(before, after, 1))
    assert said.startswith("test.yaml, line ")
    for part in parts:
        assert part in said


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe\x00", b"- 1", b"7", b"\0", b"[" * 5000, b"a: " * 3000, b"x" * 300_000, b"about: x"],
    ids=["empty", "bytes", "list", "number", "zero", "deep", "keys", "large", "nothing more"],
)
def test_what_is_no_test_is_one_sentence_too(tmp_path: Path, text: bytes) -> None:
    assert "test.yaml" in complaint(tmp_path, text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    at=st.integers(0, len(GOOD)),
    cut=st.integers(0, 30),
    put=st.text("{}[]:,-&*!|>'\"\n\t #%@`?0aé\0", max_size=12),
)
def test_whatever_is_done_to_a_file_it_is_read_or_refused(
    tmp_path: Path, at: int, cut: int, put: str
) -> None:
    said = ""
    try:
        read(tmp_path, GOOD[:at] + put + GOOD[at + cut :])
    except BadInput as error:
        said = str(error)
    assert "\n" not in said


def test_a_missing_file_and_a_folder_are_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.yaml"):
        with pytest.raises(BadInput, match=path.name):
            read_scenario(path)


def test_sounds_lie_beside_the_test_or_where_the_person_said(tmp_path: Path) -> None:
    other = tmp_path / "other"
    beside = tmp_path / "beside"
    for folder in (other, beside):
        folder.mkdir()
    write_wav(other / "x.wav", np.zeros(10, np.float32), RATE)
    text = GOOD.replace("say: Hello.", "file: x.wav")
    complaint(beside, text)
    assert read(beside, text, other).sounds == {"x.wav": (other / "x.wav").resolve()}


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.wav").write_bytes(b"x")
    (inside / "x.wav").symlink_to(tmp_path / "secret.wav")
    assert "leads out" in complaint(inside, GOOD.replace("say: Hello.", "file: x.wav"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_a_pipe_is_no_sound(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.wav")
    assert "is no file" in complaint(tmp_path, GOOD.replace("say: Hello.", "file: x.wav"))
