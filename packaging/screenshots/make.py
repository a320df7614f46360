"""Make the two pictures of the README anew: the real window over the bundled sample library.

    python packaging/screenshots/make.py [FOLDER]

writes window-ja.png (Japanese, light) and window-en-dark.png (English, dark) into FOLDER, by default the
folder of this script. Run it with the Python of the virtual environment. It needs a display (Xvfb will do:
`xvfb-run -s "-screen 0 2000x1300x24" python packaging/screenshots/make.py`) and a CJK font.

The sample library is copied into the Documents folder of a temporary home, so that the pictures show a path
as people have it and nothing of this machine. Questions and documents are those of the sample library;
nothing in the pictures is drawn by hand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIZE = (1280, 800)
SCALE = 1.5
PATIENCE_S = 60.0
PICTURES = {"window-ja.png": ("ja", "light"), "window-en-dark.png": ("en", "dark")}


def main(target: Path) -> None:
    """Make every picture in a process of its own: there is one QApplication to a process."""
    for name, (language, scheme) in PICTURES.items():
        with tempfile.TemporaryDirectory() as home:
            # read by Qt and by Path.home() when the other process starts
            surroundings = {**os.environ, "HOME": home, "QT_SCALE_FACTOR": str(SCALE)}
            command = [sys.executable, __file__, "--one", language, scheme, str(target / name)]
            subprocess.run(command, env=surroundings, check=True)


def make_one(language: str, scheme: str, target: Path) -> None:
    """Index the sample library, ask the question that was written for it in `language`, save the window."""
    sys.path.insert(0, str(ROOT))
    from app.composition import build  # noqa: PLC0415 - the path has to be set first
    from app.controllers.desk import Desk  # noqa: PLC0415
    from app.controllers.models import Installed  # noqa: PLC0415
    from app.theme import Theme  # noqa: PLC0415
    from app.theme.palette import Scheme  # noqa: PLC0415
    from app.window import make_application  # noqa: PLC0415
    from core.domain import DocumentState  # noqa: PLC0415
    from core.layout import SAMPLE_LIBRARY, SAMPLE_QUESTIONS, LibraryLayout  # noqa: PLC0415

    documents = Path.home() / "Documents"
    shutil.copytree(SAMPLE_LIBRARY, documents)
    questions = json.loads(SAMPLE_QUESTIONS.read_text(encoding="utf-8"))
    asked = next(each for each in questions if each["language"] == language)
    theme = Theme(make_application(language), Scheme(scheme))
    theme.apply()
    with build(LibraryLayout(Path.home() / "library")) as app:
        models = Installed(models=app.models, folder=app.models_layout.root)
        desk = Desk(app.collection, app.watch, theme, models, app.history)
        desk.window.resize(*SIZE)
        desk.start([documents])
        count = len(list(documents.iterdir()))
        wait_for(lambda: app.collection.status().documents[DocumentState.INDEXED] == count)
        desk.window.search_box.setText(asked["question"])
        wait_for(lambda: desk.preview.page == asked["page"])
        rest(1.5)  # the strip says what it read until the job has ended
        save(desk.window, target)
        desk.close()


def wait_for(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not ready():
        if time.monotonic() > deadline:
            sys.exit("the window did not come to show the answer")
        rest(0.05)


def rest(seconds: float) -> None:
    """Let the window work."""
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def save(window: object, target: Path) -> None:
    """As a PNG of its own 256 commonest colours: a window has few, and it is a third of the bytes."""
    from PySide6.QtCore import Qt  # noqa: PLC0415
    from PySide6.QtGui import QImage, QImageWriter  # noqa: PLC0415

    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    few = image.convertToFormat(
        QImage.Format.Format_Indexed8, commonest_colours(image), Qt.ImageConversionFlag.ThresholdDither
    )
    writer = QImageWriter(str(target), b"png")
    writer.setCompression(100)
    if not writer.write(few):
        sys.exit(f"{target}: {writer.errorString()}")


def commonest_colours(image: object) -> list[int]:
    """Of each group of colours that look the same, the commonest; the 256 commonest of those."""
    import numpy as np  # noqa: PLC0415

    pixels = np.frombuffer(image.constBits(), np.uint32)
    colours, counts = np.unique(pixels, return_counts=True)
    chosen: dict[int, int] = {}
    for colour in colours[np.argsort(-counts)].tolist():
        chosen.setdefault(colour & 0xF8F8F8, colour)
        if len(chosen) == 256:
            break
    return list(chosen.values())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--one", language, scheme, target]:
            make_one(language, scheme, Path(target))
        case [target]:
            main(Path(target))
        case []:
            main(Path(__file__).resolve().parent)
        case _:
            sys.exit(__doc__)
