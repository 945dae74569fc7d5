"""`solo eval`: conversation tests."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.kernel.errors import BadInput, BadSettings

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.voice.evals.read import Loaded
    from app.voice.evals.report import Result
    from app.voice.evals.speech import People
    from app.voice.evals.stage import Run


def evaluate(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Conversation tests (YAML), or folders.")
    ],
    repeat: Annotated[int, typer.Option("--repeat", min=1, max=1000, help="Play each so often.")] = 1,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="As fast as a person speaks, so that waits are judged, too.")
    ] = False,
    sounds: Annotated[
        list[Path] | None,
        typer.Option("--sounds", metavar="FOLDER", help="Where else sounds lie; repeatable."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write what happened; - for the screen.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="FOLDER", help="Keep what the loudspeaker played.")
    ] = None,
) -> None:
    """Play conversation tests to Solo, each in a conversation of its own that leaves nothing behind,
    and say what was not as expected.

    Exit codes: 0 all passed, 1 something was not as expected, 2 a file is wrong.
    Without --realtime the microphone waits while Solo works, and waits are not judged.
    """
    from app.kernel import log
    from app.voice.evals.read import read_scenario
    from app.voice.evals.report import Result, report_of
    from app.voice.evals.speech import People

    tests = [read_scenario(path, sounds or ()) for path in _files(files)]
    _prepare(report, keep)
    prepared = [(test, _settings(context, test)) for test in tests]
    usual = output.settings_of(context)
    log.configure(usual.log, usual.logs_dir)
    people = People(usual.voice.tts, usual.models_dir)
    to_screen = report is not None and str(report) == "-"
    results: list[Result] = []
    for test, settings in prepared:
        result = Result(test)
        for number in range(repeat):
            result.runs.append(_play(test, settings, people, number, realtime=realtime, keep=keep))
        results.append(result)
        if not to_screen:
            _show(result)
    people.close()
    if to_screen:
        output.print_json(report_of(results))
    elif report is not None:
        report.write_text(json.dumps(report_of(results), indent=2, ensure_ascii=False), encoding="utf-8")
    if not to_screen:
        _sum_up(results)
    if not all(result.passed for result in results):
        raise typer.Exit(1)


def _files(given: Sequence[Path]) -> list[Path]:
    """A folder stands for the tests in it."""
    found: list[Path] = []
    for path in given:
        inside = sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
        if not inside:
            raise BadInput(f"There is no conversation test in {path}.")
        found += inside
    return found


def _prepare(report: Path | None, keep: Path | None) -> None:
    """What is written to is there; not found out after an hour of tests."""
    try:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
        if report is not None and str(report) != "-":
            report.touch()
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be written: {error.strerror}.") from None


def _settings(context: typer.Context, test: Loaded) -> Settings:
    """What the test changes, over everything else."""
    try:
        return output.settings_of(context, test.scenario.settings)
    except BadSettings as error:
        raise BadInput(f"{test.path.name}, settings: {error.message}") from None


def _play(
    test: Loaded, settings: Settings, people: People, number: int, *, realtime: bool, keep: Path | None
) -> Run:
    """Once, with noise of its own, and in a data folder that is thrown away."""
    import anyio

    from app.talks import rehearse
    from app.voice.evals.clips import prepare

    sounds = prepare(test, people.speak, seed=number)
    said = None
    if keep is not None:
        said = keep / f"{test.path.stem}-{number + 1}.wav"
    with tempfile.TemporaryDirectory(prefix="solo-eval-", ignore_cleanup_errors=True) as folder:
        own = settings.model_copy(update={"data_dir": Path(folder)})

        async def main() -> Run:
            in_time = realtime or test.scenario.realtime
            return await rehearse(own, test, sounds, realtime=in_time, said=said, tell=lambda event: None)

        return anyio.run(main)


def _show(result: Result) -> None:
    """The test's name, and a line for each expectation."""
    screen = output.console()
    screen.print(f"\n{result.loaded.path.name}: {result.loaded.scenario.about}", markup=False, style="bold")
    output.table("", ("", "", "expected", "found"), list(result.rows()))


def _sum_up(results: Sequence[Result]) -> None:
    bad = [result for result in results if not result.passed]
    screen = output.console()
    screen.print(f"\n{len(results) - len(bad)} of {len(results)} conversation tests passed.", markup=False)
    for result in bad:
        screen.print(f"not as expected: {result.loaded.path}", markup=False)
