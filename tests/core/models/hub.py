"""A model hub on this machine: the few requests that an installation makes, and ways in which they fail.

with FakeHub({"someone/model": files}) as hub:
    Models.of(layout, published=[...], hub=Hub(endpoint=hub.url, retry_s=0.01))
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import unquote, urlsplit

LARGE = 100_000
"""From so many bytes on the hub keeps a file as LFS, and states its SHA-256."""

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub:
    """Serves `repositories`: the files by repository and name, all of them at `commit`.

    Ways to fail, to be set at any time: `down` (every request gets this status), `break_after` (the
    connection ends after so many bytes of each answer with a file), `stall` (it does not end, but nothing
    more comes), `lies` (what the hub states about a file, by name), `no_ranges` (always the whole file),
    `slow_s` (between two pieces). `asked` counts requests by path; `served` the bytes of files.
    """

    def __init__(self, repositories: dict[str, dict[str, bytes]], commit: str = COMMIT) -> None:
        self.repositories = repositories
        self.commit = commit
        self.down = 0
        self.break_after: int | None = None
        self.stall = False
        self.no_ranges = False
        self.slow_s = 0.0
        self.lies: dict[str, dict[str, object]] = {}
        self.asked: Counter[str] = Counter()
        self.served = 0
        self.ending = threading.Event()
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def description(self, repository: str) -> dict[str, object]:
        """What the hub's interface says about a repository."""
        return {
            "id": repository,
            "sha": self.commit,
            "siblings": [
                _described(name, content) | self.lies.get(name, {})
                for name, content in self.repositories[repository].items()
            ],
        }


def _described(name: str, content: bytes) -> dict[str, object]:
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    found: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": blob}
    if len(content) >= LARGE:
        sha256 = hashlib.sha256(content).hexdigest()
        found["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 130}
    return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def do_GET(self) -> None:
        hub, path = self.hub, unquote(urlsplit(self.path).path)
        hub.asked[path] += 1
        if hub.down:
            self._answer(hub.down, b'{"error": "it is down"}')
        elif described := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
            known = described[1] in hub.repositories and described[2] in (None, "main", hub.commit)
            self._answer(
                200 if known else 404, json.dumps(hub.description(described[1]) if known else {}).encode()
            )
        elif resolved := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            content = hub.repositories.get(resolved[1], {}).get(resolved[3])
            if content is None or resolved[2] != hub.commit:
                self._answer(404, b"{}")
            else:
                self._file(content)
        else:
            self._answer(404, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, content: bytes) -> None:
        hub, start = self.hub, 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and not hub.no_ranges:
            start = int(asked[1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        rest = content[start:]
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        try:
            self._pieces(rest)
        except OSError:  # the other side has gone
            self.close_connection = True

    def _pieces(self, rest: bytes) -> None:
        hub, sent = self.hub, 0
        most = len(rest) if hub.break_after is None else min(len(rest), hub.break_after)
        while sent < most:
            piece = rest[sent : min(sent + 65_536, most)]
            self.wfile.write(piece)
            sent += len(piece)
            hub.served += len(piece)
            if hub.slow_s:
                hub.ending.wait(hub.slow_s)
        if sent < len(rest):
            if hub.stall:
                hub.ending.wait()
            self.close_connection = True

    def end_headers(self) -> None:
        """No connection outlives its answer, so that a hub that is gone is gone."""
        self.send_header("Connection", "close")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""
