import os

import pytest

import app.__main__ as program
from app.kernel.environ import LIBRARIES, prepare


def test_what_libraries_read_is_set_before_the_command_line_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIBRARIES:
        monkeypatch.delenv(name, raising=False)
    seen: dict[str, str] = {}

    def command_line() -> int:
        seen.update(os.environ)
        return 0

    monkeypatch.setattr("app.cli.main.main", command_line)
    with pytest.raises(SystemExit) as left:
        program.main()
    assert left.value.code == 0
    assert {name: seen[name] for name in LIBRARIES} == LIBRARIES


def test_what_the_person_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    prepare()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "4"
