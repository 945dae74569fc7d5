import pytest

from app.kernel.languages import NAMES, code_of, name_of


@pytest.mark.parametrize("tag", ["de", "de_DE", "de-AT", "DE", "de_DE-thorsten-medium"])
def test_a_code_needs_no_country(tag: str) -> None:
    assert code_of(tag) == "de"


def test_every_language_has_a_name() -> None:
    assert name_of("de_DE") == "German"
    assert name_of("xx") == "XX"
    assert NAMES["ht"] == "Haitian Creole"
    assert len(NAMES) == 100
    assert all(code == code_of(code) and name[0].isupper() for code, name in NAMES.items())
