"""Makes docs/licences.md: the licences of everything that Solo installs or pulls, and what they mean.

Packages come from the locked requirements as they apply on Linux with Python 3.11, their licences
from the metadata of what is installed; models come from the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement

from app.assets import catalogue

ROOT = Path(__file__).resolve().parent.parent.parent
MACHINE = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "os_name": "posix",
    "python_version": "3.11",
    "python_full_version": "3.11.7",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
HEAD = """\
# Licences

Made from the metadata of what is installed by `./scripts/docs.sh`; do not edit it by hand. Solo
itself is under the [Apache License 2.0](../LICENSE). This page is a list, not legal advice.

## What they mean for whoever ships Solo

- **Running it yourself** asks nothing of you beyond keeping to the terms of the models.
- **piper-tts is GPL-3.0-or-later and is loaded into Solo's process**, and so is the espeak-ng inside it.
  Solo's own code stays under Apache-2.0, which the GPL-3.0 allows; but who hands on Solo *together with*
  piper-tts hands on a work that as a whole is under the GPL-3.0: source of the whole, same rights for
  those who get it. Another engine behind `app/voice/tts/port.py` takes that duty away.
- **The ready-made package of av** (BSD-3-Clause itself; faster-whisper loads it) carries FFmpeg's libraries
  built with x264 and x265, which makes those binaries GPL-2.0-or-later. Solo reads and makes WAV without
  it, and other kinds of sound (`/v1/audio`) with it; who hands it on hands on those binaries, or builds av
  without them.
- **The models of openWakeWord** (inside pyopen-wakeword) are under CC BY-NC-SA 4.0: not for commercial
  use. Its code is Apache-2.0. They are used only with `SOLO_VOICE__WAKE__ENGINE=openwakeword`; the
  default, microWakeWord, and its models are Apache-2.0.
- **pvporcupine** is Apache-2.0, but works only with an AccessKey of its maker, under that maker's terms.
- **pynput** (extra `hotkey`) is LGPL-3.0: replaceable as it is installed here, as a package of its own;
  who freezes Solo into one file has to keep it replaceable.
- **soxr, certifi, tqdm, orjson and others with LGPL or MPL-2.0** are used unchanged, as packages of their
  own; changes to their files would have to be published.
- **nvidia-cublas-cu12 and nvidia-cudnn-cu12** (extra `gpu`) are under NVIDIA's own terms, which restrict
  handing them on.
- **The voice en_US-joe-medium** was made from recordings under CC0; its model card says that it was
  fine-tuned from Piper's lessac voice, whose recordings (Blizzard Challenge 2013) have terms of their own:
  read them before you ship it in a product.
- **Models and voices** are pulled by whoever runs Solo and are not part of it; the table below says under
  which licence each is given, and whether its origin could be verified.

"""
EXTRAS = {
    "llama-cpp-python": ("llama-cpp", "MIT"),
    "anthropic": ("anthropic", "Apache-2.0"),
    "docstring-parser": ("anthropic", "MIT"),
    "transformers": ("transformers", "Apache-2.0"),
    "safetensors": ("transformers", "Apache-2.0"),
    "sentencepiece": ("transformers", "Apache-2.0"),
    "regex": ("transformers", "Apache-2.0 AND CNRI-Python"),
    "pynput": ("hotkey", "LGPL-3.0"),
    "pyobjc-core": ("hotkey (macOS)", "MIT"),
    "evdev": ("hotkey (Linux)", "BSD-3-Clause"),
    "python-xlib": ("hotkey (Linux)", "LGPL-2.1-or-later"),
    "uvloop": ("uvloop", "MIT OR Apache-2.0"),
    "nvidia-cublas-cu12": ("gpu", "NVIDIA proprietary"),
    "nvidia-cuda-nvrtc-cu12": ("gpu", "NVIDIA proprietary"),
    "nvidia-cudnn-cu12": ("gpu", "NVIDIA proprietary"),
}
"""Licences of what the extras add, read from their packages once: they need not be installed here."""
SPELLINGS = {
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache Software License 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "The MIT License": "MIT",
    "BSD License": "BSD",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}


def text() -> str:
    """The whole page."""
    return HEAD + "".join([*packages(), *extras(), *models()])


def locked(name: str) -> list[Requirement]:
    """What a file of requirements/ installs on the machine described above."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z0-9]", line)]
    return [one for one in found if one.marker is None or one.marker.evaluate(MACHINE)]


def packages() -> Iterator[str]:
    """One row for each package of the default installation."""
    yield "## Packages\n\n| package | version | licence |\n| --- | --- | --- |\n"
    for package in locked("base"):
        version = str(package.specifier).removeprefix("==")
        yield f"| {package.name} | {version} | {licence_of(package.name)} |\n"


def extras() -> Iterator[str]:
    """One row for each package that only an extra brings."""
    yield "\n## Packages of the extras\n\n| package | extra | licence |\n| --- | --- | --- |\n"
    for name, (extra, licence) in EXTRAS.items():
        yield f"| {name} | {extra} | {licence} |\n"


def models() -> Iterator[str]:
    """One row for each model of the catalogue."""
    yield "\n## Models and voices\n\n| model | purpose | licence | origin |\n| --- | --- | --- | --- |\n"
    for model in catalogue.load().models:
        origin = model.origin_line.replace("|", "/")
        yield f"| {model.name} | {model.purpose} | [{model.licence}]({model.licence_url}) | {origin} |\n"


def licence_of(name: str) -> str:
    """The licence in a package's metadata: its SPDX expression, else its classifiers, else its words."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return "not installed where this page was made"
    expression = _field(found, "License-Expression")
    if expression:
        return expression
    classifiers = [
        line.split(" :: ")[-1] for line in found.get_all("Classifier") or [] if "License ::" in line
    ]
    classifiers = [_spelt(word) for word in classifiers if word != "OSI Approved"]
    if classifiers:
        return " OR ".join(dict.fromkeys(classifiers))
    words = _field(found, "License").splitlines()
    return _spelt(words[0].strip()) if words and len(words[0]) < 80 else "see the package"


def _field(found: PackageMetadata, name: str) -> str:
    return (found.get_all(name) or [""])[0].strip()


def _spelt(word: str) -> str:
    return SPELLINGS.get(word, word)
