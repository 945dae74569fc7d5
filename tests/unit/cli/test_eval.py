from pathlib import Path

import pytest

from app.cli.main import main

GOOD = "about: x\nplay: [{say: Hello.}]\nexpect: [{turns: 1}]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("say", "sya"),
            "wrong.yaml, line 2, play.1.sya: 'sya' is no key; did you mean say?",
        ),
        (GOOD.replace("turns: 1", "turns: -1"), "wrong.yaml, line 3, expect.1.turns"),
        (
            "settings: {voice.turn.silence_ms: 1}\n" + GOOD,
            "wrong.yaml, settings: The setting voice.turn.s",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "wrong.yaml").write_text(text)
    assert main(["--data-dir", str(tmp_path / "data"), "eval", str(tmp_path)]) == 2
    heard = capsys.readouterr()
    assert said in heard.err
    assert heard.err.count("\n") == 1
    assert heard.out == ""


def test_a_folder_without_tests_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(tmp_path)]) == 2
    assert f"There is no conversation test in {tmp_path}." in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_found_out_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    assert main(["eval", str(tmp_path / "good.yaml"), "--json", str(tmp_path / "gone" / "x.json")]) == 2
    assert "x.json cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("there", ["talk.yaml", "talk.microphone.wav", "talk.loudspeaker.wav"])
def test_a_recording_writes_over_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    (tmp_path / there).write_text("precious")
    assert main(["record", "--out", str(tmp_path / "talk.yaml")]) == 2
    assert f"{there} is there already" in capsys.readouterr().err
    assert (tmp_path / there).read_text() == "precious"


def test_a_recording_needs_a_folder_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", "--redact", "--out", str(tmp_path / "gone" / "talk.yaml")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_recording_that_never_began_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--data-dir", str(tmp_path / "data"), "--models-dir", str(tmp_path / "models")]
    given += ["--set", f"logs_dir={tmp_path / 'logs'}"]
    talk = ["record", "--in", str(tmp_path / "gone.wav"), "--out", str(tmp_path / "talk.yaml")]
    assert main([*given, *talk]) == 2
    assert "gone.wav" in capsys.readouterr().err
    assert not list(tmp_path.glob("talk.*"))
