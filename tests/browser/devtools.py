"""Headless Chromium driven over its DevTools protocol, by tornado's WebSocket client (a part of dask.distributed)."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
)
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
PATIENCE: Final = 60.0
"""Seconds that the browser may take to start, or to answer."""


def executable() -> str | None:
    """The browser of this machine, None without one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, loop: IOLoop, socket: Any) -> None:
        self.loop, self.socket, self.serial = loop, socket, 0
        self.events: list[dict[str, Any]] = []

    def send(self, method: str, **given: Any) -> dict[str, Any]:
        """Ask, and wait for the answer; events that come in between are kept."""
        self.serial += 1
        self.socket.write_message(json.dumps({"id": self.serial, "method": method, "params": given}))
        while True:
            text = self.loop.run_sync(self.socket.read_message, timeout=PATIENCE)
            assert text is not None, "the browser hung up"
            message = json.loads(text)
            if message.get("id") == self.serial:
                assert "error" not in message, f"{method}: {message['error']}"
                result: dict[str, Any] = message["result"]
                return result
            self.events.append(message)

    def wait_for(self, method: str) -> None:
        """Until an event came."""
        while not any(e.get("method") == method for e in self.events):
            text = self.loop.run_sync(self.socket.read_message, timeout=PATIENCE)
            assert text is not None, "the browser hung up"
            self.events.append(json.loads(text))

    def open(self, address: str, width: int, height: int = 900) -> None:
        """Load a page at a width in CSS pixels, and note what it asks for."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.events.clear()
        self.send("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired")

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def asked_for(self) -> list[str]:
        """Addresses that the page loaded, besides itself."""
        return [
            e["params"]["request"]["url"]
            for e in self.events
            if e.get("method") == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """What the browser's console says is wrong."""
        return [e["params"]["entry"]["text"] for e in self.events if e.get("method") == "Log.entryAdded"]

    def click(self, selector: str) -> None:
        """Press the mouse where an element is, as a reader does."""
        box = self.ask(
            f"(b => [b.x + b.width / 2, b.y + b.height / 2])(document.querySelector({selector!r})"
            ".getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def screenshot(self, path: Path) -> bytes:
        """The whole page as a PNG."""
        data = base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"])
        path.write_bytes(data)
        return data

    def pdf(self) -> bytes:
        """The page as it is printed on A4."""
        answer = self.send(
            "Page.printToPDF",
            paperWidth=8.27,
            paperHeight=11.69,
            preferCSSPageSize=True,
            printBackground=False,
        )
        return base64.b64decode(answer["data"])


@contextmanager
def browser() -> Iterator[Page]:
    """A fresh browser with a new profile, ended afterwards."""
    program = executable()
    assert program is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")},
        )
        loop = IOLoop(make_current=False)
        try:
            yield Page(loop, loop.run_sync(lambda: websocket_connect(_tab(profile), max_message_size=2**28)))
        finally:
            process.terminate()
            process.wait(PATIENCE)
            loop.close()


def _tab(profile: str) -> str:
    """The address of the first tab, once the browser has written its port."""
    port = Path(profile) / "DevToolsActivePort"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if port.is_file() and (lines := port.read_text().splitlines()):
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{lines[0]}/json/list", timeout=PATIENCE) as answer:
                tabs = [t for t in json.load(answer) if t["type"] == "page"]
            if tabs:
                return str(tabs[0]["webSocketDebuggerUrl"])
        time.sleep(0.1)
    raise TimeoutError("the browser did not start")
