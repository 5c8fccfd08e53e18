"""Prints the lower bounds of setup.cfg as exact versions, for pip to take as constraints."""

import configparser
import re
from pathlib import Path

_BOUND = re.compile(r"(?P<name>[\w.-]+)(\[.*\])? *(>=|==) *(?P<version>[\w.]+)( *;.*)?")


def floors(setup: str) -> dict[str, str]:
    """The lowest version of every requirement and extra that the text of a setup.cfg declares."""
    config = configparser.ConfigParser()
    config.read_string(setup)
    lists = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    found: dict[str, str] = {}
    for line in "\n".join(lists).strip().splitlines():
        if not line:
            continue
        bound = _BOUND.fullmatch(line)
        if bound is None:
            raise SystemExit(f"setup.cfg: {line!r} has no lower bound")
        name, version = bound["name"], bound["version"]
        if found.setdefault(name, version) != version:
            raise SystemExit(f"setup.cfg: {name} has two lower bounds, {found[name]} and {version}")
    return found


if __name__ == "__main__":
    setup = Path(__file__).parent.parent / "setup.cfg"
    for name, version in floors(setup.read_text(encoding="utf-8")).items():
        print(f"{name}=={version}")
