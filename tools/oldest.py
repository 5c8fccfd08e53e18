"""Prints every lower bound of setup.cfg as an exact version: the constraints of `make test-oldest`."""

import configparser
import re
from pathlib import Path

_BOUND = re.compile(r"(?P<name>[\w.-]+)(?:\[.*\])? *(?:>=|==) *(?P<version>[\w.]+)")


def oldest(setup: str) -> list[str]:
    """``name==version`` for every requirement and extra that the text of a setup.cfg declares."""
    config = configparser.ConfigParser()
    config.read_string(setup)
    lines = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    bounds = {}
    for line in "\n".join(lines).split("\n"):
        if not line:
            continue
        bound = _BOUND.fullmatch(line)
        if bound is None:
            raise SystemExit(f"setup.cfg: {line!r} has no lower bound")
        name, version = bound["name"], bound["version"]
        if bounds.setdefault(name, version) != version:
            raise SystemExit(f"setup.cfg: {name} has two lower bounds, {bounds[name]}, {version}")
    return [f"{name}=={version}" for name, version in bounds.items()]


if __name__ == "__main__":
    print("\n".join(oldest(Path("setup.cfg").read_text(encoding="utf-8"))))
