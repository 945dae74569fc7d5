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
