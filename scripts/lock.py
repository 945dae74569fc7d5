"""Write requirements/*.txt: every package that Solo may install, with versions and hashes.

The files hold no address of an index, so that each machine uses the one it is set up for.
`./scripts/lock.sh --upgrade` takes the newest versions that pyproject.toml allows.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"


def parts() -> dict[str, list[str]]:
    """What goes into each file, by name: `base`, then each extra and each group."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "base": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
        **project["dependency-groups"],
    }


def compile_part(name: str, requirements: list[str], options: list[str]) -> None:
    """Lock one file; all but `base` keep to the versions of `base`."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "compile", "-", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
    command += ["--custom-compile-command", "./scripts/lock.sh", "-o", str(FOLDER / f"{name}.txt"), *options]
    if name != "base":
        command += ["-c", str(FOLDER / "base.txt")]
    subprocess.run(command, input="\n".join(requirements), text=True, check=True)


def main() -> None:
    """Lock every file, `base` first."""
    for name, requirements in parts().items():
        print(f"locking requirements/{name}.txt", flush=True)
        compile_part(name, requirements, sys.argv[1:])


if __name__ == "__main__":
    main()
