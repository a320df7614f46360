"""Mikke reaches the network for a download that a person asked for, and for nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.encode.checkpoints.fabricate import fabricate

ROOT = Path(__file__).resolve().parents[2]

WATCH = """
import os, socket, sys

def watch(event, arguments):
    # A socket with an address of this machine's own kind (multiprocessing's) is no network.
    asked = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        asked = arguments[0].family != getattr(socket, "AF_UNIX", None)
    if asked:
        with open(os.environ["CALLS"], "a") as calls:
            print(event, arguments[1:], file=calls)
        raise OSError("a test forbids the network")

sys.addaudithook(watch)
"""
"""As `sitecustomize` it is in the first process and in all that it starts, before any of our code."""

PLAIN_START = """
import sys
from pathlib import Path
from core.collection import Collection
from core.domain import Query
from core.layout import LibraryLayout, ModelsLayout
from core.models.models import Models
from core.progress import CancelToken
from core.settings import Settings

if __name__ == "__main__":
    library, files, models_folder = map(Path, sys.argv[1:4])
    models = Models.of(ModelsLayout(models_folder))
    assert len(models.all()) > 1
    with Collection.open(LibraryLayout(library), Settings(), models) as collection:
        collection.add_source(files)
        list(collection.sync(CancelToken()))
        collection.status()
        assert collection.search(Query(text="invoice")).results
    clients = ("huggingface_hub", "requests", "httpx", "httpx2", "urllib3", "torch", "transformers")
    print([name for name in clients if name in sys.modules])
"""

WITH_MODELS = """
import sys
from pathlib import Path
from core.encode.colbert.encoder import ColbertEncoder

for checkpoint in map(Path, sys.argv[1:]):
    encoder = ColbertEncoder.open(checkpoint)
    assert encoder.encode_query("Where is the invoice?").vectors.size
    assert encoder.encode_passages(["The invoice is in the drawer.", "請求書は引き出しの中にあります。"])
    print(checkpoint.name)
"""


@pytest.fixture
def run(tmp_path):
    """Runs a script under the watch: (what it printed, which calls it tried)."""

    def start(script: str, *arguments: object) -> tuple[str, str]:
        (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
        (tmp_path / "script.py").write_text(script, encoding="utf-8")
        calls = tmp_path / "calls"
        environ = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "CALLS": str(calls)}
        command = [sys.executable, str(tmp_path / "script.py"), *map(str, arguments)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        tried = calls.read_text() if calls.exists() else ""
        assert done.returncode == 0, (tried, done.stderr)
        return done.stdout, tried

    return start


def test_the_watch_sees_a_call(run):
    """The control: a look-up and a connection are noticed, in a child process too."""
    ask = "import socket\nfor f in (socket.gethostbyname, lambda n: socket.create_connection((n, 80), 1)):\n"
    ask += "    try:\n        f('127.0.0.1')\n    except OSError:\n        pass\n"
    _, tried = run(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {ask!r}], check=True)")
    assert "gethostbyname" in tried
    assert "getaddrinfo" in tried or "connect" in tried


def test_a_plain_start_reaches_for_nothing(run, tmp_path):
    """To list the models, index a folder and search it takes no network, and loads no client of one."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "note.txt").write_text("The invoice is in the drawer.", encoding="utf-8")
    printed, tried = run(PLAIN_START, tmp_path / "library", files, tmp_path / "models")
    assert not tried
    assert printed.strip() == "[]"


def test_models_are_opened_from_their_folders(run, tmp_path):
    """To open checkpoints of all families and encode with them asks no hub for anything."""
    pytest.importorskip("torch", reason="comes with the extra `models`")
    kinds = ["jacolbert", "jina-v1", "jina-v2", "colbert-xm"]
    for kind in kinds:
        fabricate(kind, tmp_path / kind)
    printed, tried = run(WITH_MODELS, *(tmp_path / kind for kind in kinds))
    assert not tried
    assert printed.split() == kinds
