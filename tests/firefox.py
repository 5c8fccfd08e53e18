"""Debian's Firefox, driven by its own Marionette protocol: no driver program is needed."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Firefox:
    """A session with a running Firefox."""

    def __init__(self, port: int) -> None:
        self.socket = _connected(port)
        self.number = 0
        self._read()  # the greeting
        self("WebDriver:NewSession", {})

    def __call__(self, command: str, parameters: dict) -> Any:
        """Send a command and wait for its value."""
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, value = self._read()
        if error:
            raise RuntimeError(error["message"])
        return value.get("value") if isinstance(value, dict) else value

    def open(self, path: Path) -> None:
        """Open a file and wait until the map stands."""
        self("WebDriver:Navigate", {"url": path.resolve().as_uri()})
        for _ in range(100):
            if self.run("return Boolean((document.querySelector('.emap').emap || {}).ready)"):
                return
            time.sleep(0.1)
        raise TimeoutError("the map did not get ready")

    def run(self, script: str, *values: object) -> Any:
        """The value that a script returns."""
        return self("WebDriver:ExecuteScript", {"script": script, "args": list(values)})

    def screenshot(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode(self("WebDriver:TakeScreenshot", {"full": False}))

    def _read(self) -> list | dict:
        size = b""
        while not size.endswith(b":"):
            size += self.socket.recv(1)
        left, data = int(size[:-1]), b""
        while len(data) < left:
            data += self.socket.recv(left - len(data))
        return json.loads(data)


def _connected(port: int) -> socket.socket:
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError("Firefox does not listen")


@contextmanager
def firefox(folder: Path, width: int = 1440, height: int = 900) -> Iterator[Firefox]:
    """A browser with an empty profile; the test skips where there is none."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        pytest.skip("Firefox is not installed (Debian's firefox-esr would do)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    size = ["--width", str(width), "--height", str(height)]
    command = [path, "--headless", "--marionette", "--no-remote", "--profile", str(folder), *size]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield Firefox(port)
        finally:
            process.kill()
