"""Old Chromiums, older than Playwright can drive, by their own protocol over a pair of pipes.

They come with the npm packages chrome-aws-lambda 2.1.1 (Chromium 80) and 5.5.0 (88), unpacked;
the variable GDCOVERAGE_OLD_CHROMIUM names their programs, apart by the system's path separator.
Libraries are taken from a folder ``lib`` beside the program.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = [
    Path(path)
    for path in os.environ.get("GDCOVERAGE_OLD_CHROMIUM", "").split(os.pathsep)
    if path and Path(path).exists()
]

PATIENCE_S = 60


class OldChromium:
    """A page of a running browser."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self.out, self.back = to_browser, from_browser
        self.number, self.left, self.session = 0, b"", ""
        self.complaints: list[str] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        attached = self("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **parameters: object) -> Any:
        """Send a command and wait for its result; errors of the page are kept as complaints."""
        self.number += 1
        message: dict[str, object] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(str(answer["params"]["exceptionDetails"]))
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return answer["result"]

    def size(self, width: int, height: int) -> None:
        """The window's, pixels."""
        self(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def open(self, path: Path) -> None:
        """Open a file and wait until the map stands, or the list in its place."""
        self("Page.navigate", url=path.resolve().as_uri())
        ready = (
            "document.querySelectorAll('.emap-plain h1').length > 0 ||"
            " Boolean((document.querySelector('.emap') || {}).emap"
            " && document.querySelector('.emap').emap.ready)"
        )
        for _ in range(300):
            if self.run(ready):
                return
            time.sleep(0.1)
        raise TimeoutError(f"the map did not get ready: {self.complaints}")

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        return self("Runtime.evaluate", expression=script, returnByValue=True)["result"].get(
            "value"
        )

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self.left:
            if not select.select([self.back], [], [], PATIENCE_S)[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self.back, 1 << 16)
            if not piece:
                raise RuntimeError("the browser has ended")
            self.left += piece
        message, self.left = self.left.split(b"\0", 1)
        return json.loads(message)


@contextmanager
def old_chromium(program: Path) -> Iterator[OldChromium]:
    """A running browser with an empty page."""
    read_there, to_browser = os.pipe()
    from_browser, write_there = os.pipe()

    def as_three_and_four() -> None:
        # First out of the way, or one might take the other's place.
        there, back = os.dup(read_there), os.dup(write_there)
        os.dup2(there, 3)
        os.dup2(back, 4)

    process = subprocess.Popen(
        [
            str(program),
            "--headless",
            "--no-sandbox",
            "--no-zygote",
            "--single-process",
            "--disable-gpu",
            "--remote-debugging-pipe",
        ],
        env=os.environ | {"LD_LIBRARY_PATH": str(program.parent / "lib")},
        preexec_fn=as_three_and_four,  # noqa: PLW1509 - the protocol wants these two numbers
        pass_fds=(3, 4),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_there)
    os.close(write_there)
    try:
        yield OldChromium(to_browser, from_browser)
    finally:
        process.kill()
        process.wait(timeout=10)
        os.close(to_browser)
        os.close(from_browser)
