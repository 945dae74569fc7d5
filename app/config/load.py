"""The only reader of the environment: defaults ← keys of providers ← solo.toml ← .env ← environment ← flags.

pydantic-settings reads the sources; here they are laid over each other, mistyped names are found
(pydantic-settings ignores what it does not know), and pydantic's complaints become one sentence.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from dotenv import dotenv_values
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from app.config.providers import keys_of
from app.config.settings import Settings

PREFIX = "SOLO_"
NESTED = "__"
NOT_SETTINGS = ("SOLO_TEST_", "SOLO_BENCH_", "SOLO_SETUP_")
"""Variables of the test, bench and setup scripts."""

Tree = dict[str, Any]


class SettingsProblem(ValueError):
    """A setting is unknown or has a wrong value; `hint` is the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class _Known(Settings, BaseSettings):  # pyright: ignore[reportIncompatibleVariableOverride]
    """The same tree in the form that pydantic-settings' sources want."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter=NESTED, env_ignore_empty=True
    )


class _Variables(EnvSettingsSource):
    """Variables as a tree; a list may be JSON or words with commas."""

    def __init__(self, variables: Mapping[str, str | None]) -> None:
        self._given = {name.lower(): value for name, value in variables.items() if value}
        super().__init__(_Known)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return json.loads(value)
        except ValueError:
            if str(field.annotation).startswith("tuple"):
                return _words(str(value))
            return value  # pydantic says what is wrong with it, and `loaded` where it comes from


def load_settings(
    overrides: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """Read every source and return the frozen tree. `overrides`: dotted name → value, from flags.

    `environment` and `folder` (where solo.toml and .env lie) default to the process's own. Raises
    SettingsProblem.
    """
    return loaded(overrides, environment=environment, folder=folder)[0]


def loaded(
    overrides: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[Settings, dict[str, str]]:
    """As load_settings, and where each value that is no default comes from (dotted name → source)."""
    folder = folder or Path.cwd()
    environment = os.environ if environment is None else environment
    sources = [
        ("the provider's own variable", _from_keys(environment)),
        ("solo.toml", _from_toml(folder / "solo.toml")),
        (".env", _from_variables(_dotenv(folder / ".env"))),
        ("environment", _from_variables(environment)),
        ("flag", _from_flags(overrides or {})),
    ]
    tree: Tree = {}
    origin: dict[str, str] = {}
    for name, source in sources:
        _refuse_unknown(source, Settings, (), name)
        _lay_over(tree, source)
        origin |= dict.fromkeys(_leaves(source), name)
    try:
        return Settings.model_validate(tree), origin
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        source = next((s for key, s in origin.items() if where.startswith(key) or key.startswith(where)), "")
        given = first.get("input")
        secret = isinstance(given, dict) or "key" in f"{where} {given}".lower()
        secret = secret or where.startswith("tools.servers")  # whose environment and headers hold keys
        given = "" if secret else f" (it is {given!r})"
        message = first["msg"][0].lower() + first["msg"][1:]
        raise SettingsProblem(
            f"The setting {where}{given} is wrong: {message}.", f"It comes from {source}." if source else ""
        ) from None


def variable(path: tuple[str, ...]) -> str:
    """Name of the environment variable for a setting."""
    return PREFIX + NESTED.join(path).upper()


def _dotenv(path: Path) -> dict[str, str | None]:
    try:
        return dict(dotenv_values(path)) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsProblem(f"{path} cannot be read: {error}.") from None


def _from_toml(path: Path) -> Tree:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsProblem(f"{path} cannot be read: {error}.") from None


def _from_variables(variables: Mapping[str, str | None]) -> Tree:
    ours = {
        name: value
        for name, value in variables.items()
        if name.upper().startswith(PREFIX) and not name.upper().startswith(NOT_SETTINGS)
    }
    for name in ours:
        path = tuple(name[len(PREFIX) :].lower().split(NESTED))
        _refuse_unknown(_nest(path, None), Settings, (), "environment", shown=name)
    return _Variables(ours)()


def _from_keys(environment: Mapping[str, str]) -> Tree:
    keys = {provider: {"api_key": key} for provider, key in keys_of(environment).items()}
    return {"llm": {"providers": keys}} if keys else {}


def _from_flags(overrides: Mapping[str, Any]) -> Tree:
    tree: Tree = {}
    for name, value in overrides.items():
        _lay_over(tree, _nest(tuple(name.split(".")), value))
    for path in _leaves(tree):
        value = _at(tree, path)
        if isinstance(value, str) and (made := _listed(value, str(_annotation(path)))) is not None:
            _lay_over(tree, _nest(tuple(path.split(".")), made))
    return tree


def _listed(value: str, kind: str) -> Any:
    """A list or a table that was written as JSON, or a list as words with commas; None for anything else."""
    if not kind.startswith(("tuple", "dict")):
        return None
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if isinstance(found, list | dict):
        return cast(Any, found)
    return _words(value) if kind.startswith("tuple") else None


def _words(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _nest(path: tuple[str, ...], value: Any) -> Tree:
    for part in reversed(path):
        value = {part: value}
    return cast(Tree, value)


def _at(tree: Tree, path: str) -> Any:
    found: Any = tree
    for part in path.split("."):
        found = found[part]
    return found


def _annotation(path: str) -> Any:
    model: Any = Settings
    for part in path.split("."):
        field = model.model_fields.get(part)
        if field is None:
            return None
        model = field.annotation
    return model


def _lay_over(below: Tree, above: Tree) -> None:
    for name, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(name), dict):
            _lay_over(below[name], cast(Tree, value))
        else:
            below[name] = value


def _leaves(tree: Tree, prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, value in tree.items():
        if isinstance(value, dict) and value and _is_section(f"{prefix}{name}"):
            found += _leaves(cast(Tree, value), f"{prefix}{name}.")
        else:
            found.append(f"{prefix}{name}")
    return found


def _is_section(path: str) -> bool:
    annotation = _annotation(path)
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _refuse_unknown(
    tree: Tree, model: type[BaseModel], path: tuple[str, ...], source: str, shown: str = ""
) -> None:
    """Raise for the first name that is no setting, with the nearest that is."""
    for name, value in tree.items():
        field = model.model_fields.get(name)
        here = (*path, name)
        if field is None:
            raise _unknown(here, source, shown)
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and isinstance(value, dict):
            _refuse_unknown(cast(Tree, value), inner, here, source, shown)


def _unknown(path: tuple[str, ...], source: str, shown: str) -> SettingsProblem:
    """The sentence for a mistyped name; compares whole paths so that a wrong section is found too."""
    every = setting_paths()
    wanted = tuple(shown[len(PREFIX) :].lower().split(NESTED)) if shown else path
    dotted = {".".join(known): known for known in every}
    near = get_close_matches(".".join(wanted), dotted, n=1, cutoff=0.5)
    as_written = shown or ".".join(path)
    if not near:
        return SettingsProblem(
            f"{source} sets {as_written}, which is no setting of Solo.", "See .env.example."
        )
    nearest = variable(dotted[near[0]]) if shown else near[0]
    return SettingsProblem(
        f"{source} sets {as_written}, which is no setting of Solo.", f"Did you mean {nearest}?"
    )


def setting_paths(model: type[BaseModel] = Settings, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every setting, as a path of names, in the order of the tree."""
    found: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += setting_paths(inner, (*path, name))
        else:
            found.append((*path, name))
    return found
