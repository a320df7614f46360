"""One window per person and library: a second start hands its folders to the first and ends."""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TIMEOUT_MS = 1000


def instance_name(library: Path) -> str:
    """A name that only this user with this library has (short: a socket's path is limited to 108 bytes)."""
    key = f"{getpass.getuser()}\n{library.resolve()}".encode("utf-8", "surrogateescape")
    return "mikke-" + hashlib.blake2b(key, digest_size=10).hexdigest()


def hand_over(name: str, folders: Sequence[Path]) -> bool:
    """Tell the running window about `folders` and ask it to come to the front; False if there is none."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_TIMEOUT_MS):
        return False
    socket.write(json.dumps([str(folder.absolute()) for folder in folders]).encode("ascii") + b"\n")
    socket.waitForBytesWritten(_TIMEOUT_MS)
    socket.disconnectFromServer()
    if socket.state() != QLocalSocket.LocalSocketState.UnconnectedState:
        socket.waitForDisconnected(_TIMEOUT_MS)
    return True


class SingleInstance(QObject):
    """Listens for later starts. `called` carries their folders (list of Path, may be empty)."""

    called = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def listen(self) -> bool:
        """Start to listen; what a crashed Mikke left behind is cleared away."""
        if self._server.listen(self._name):
            return True
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        self._server.close()

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(self._on_ready)
        socket.disconnected.connect(self._on_ready)
        self._read(socket)

    def _on_ready(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        """One line with folders; the server deletes the socket with itself, at the latest."""
        if not socket.canReadLine():
            return
        try:
            names = json.loads(bytes(socket.readLine().data()))
        except ValueError:
            names = []
        socket.disconnectFromServer()
        self.called.emit([Path(str(name)) for name in names] if isinstance(names, list) else [])
