"""The catalogue is whole: every entry, every source, every piece."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.assets.catalogue import KINDS, Model, PackageSource, load
from app.assets.sources.engines import ENGINES
from app.assets.sources.package import pieces
from app.kernel.errors import NotFound
from tests.unit.assets.making import model

MODELS = load().models


def test_names_and_paths_are_unique() -> None:
    paths = [file.path for entry in MODELS for file in entry.files]
    assert len(set(load().names)) == len(MODELS)
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("entry", MODELS, ids=load().names)
def test_every_entry_says_what_it_is_and_where_it_lies(entry: Model) -> None:
    assert entry.purpose
    assert entry.licence
    assert entry.licence_url.startswith("https://")
    assert entry.origin
    assert entry.kind in KINDS
    assert entry.path.startswith(f"{entry.kind}/")
    assert all(file.path == entry.path or file.path.startswith(entry.path) for file in entry.files)
    assert all(source.kind in ENGINES for source in entry.sources)


@pytest.mark.parametrize("entry", MODELS, ids=load().names)
def test_the_publisher_is_asked_before_a_mirror(entry: Model) -> None:
    order = [0 if source.kind in ("hub", "link") else 1 for source in entry.sources]
    assert order == sorted(order)
    assert entry.verified == (0 in order), "without the publisher's file there is nothing to compare with"


@pytest.mark.parametrize("entry", MODELS, ids=load().names)
def test_the_pieces_of_packages_make_up_the_files_exactly(entry: Model) -> None:
    for source in entry.sources:
        if isinstance(source, PackageSource):
            for file in entry.files:
                own = sorted(
                    (p for p in pieces(entry.files, source.items) if p.file == file.name),
                    key=lambda p: p.offset,
                )
                assert [p.offset for p in own] == [sum(q.size for q in own[:n]) for n in range(len(own))]
                assert sum(p.size for p in own) == file.size


def test_a_mistyped_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean whisper-base"):
        load().find("wisper-base")


def test_an_unverified_origin_says_so() -> None:
    assert load().find("bge-small-en-v1.5").origin_line.startswith("unverified origin: ")


LINK = [{"kind": "link", "url": "https://example.org/x"}]


@pytest.mark.parametrize("path", ["../x", "/x", "llm/../../x", "llm\\x", ""])
def test_a_path_that_leaves_the_models_folder_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="leaves the models folder"):
        model({"a.bin": b"x"}, LINK, path=path)


def test_a_package_that_does_not_carry_all_files_is_refused() -> None:
    source = {
        "kind": "package",
        "wheel_bytes": 10,
        "items": [{"file": "a", "package": "p==1", "member": "a"}],
    }
    with pytest.raises(ValidationError, match="exactly its files"):
        model({"a": b"x", "b": b"y"}, [source])
