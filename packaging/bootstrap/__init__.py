"""What `packaging/tasks.py` needs to make a bare machine ready. Standard library only.

`environment` makes and repairs `.venv`, `installer` runs pip, `system` and `libraries` find and install
system packages, `stamp` knows whether anything is left to do, `gpu` looks for a card, `lock` remakes
`packaging/constraints.txt`, `peers` makes `.venv-peers` for a benchmark, `steps` prints progress.

Importing the package refuses an old Python first: every other module here may then use Python 3.11's syntax
and library, and a person with Python 3.9 reads a sentence instead of a traceback.
"""

import shutil
import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    _newer = [f"python3.{minor}" for minor in range(14, 10, -1) if shutil.which(f"python3.{minor}")]
    _hint = f"Use: {_newer[0]} packaging/tasks.py …" if _newer else "Install Python 3.11 or newer."
    sys.exit(f"Mikke needs Python 3.11 or newer; this is {sys.version.split()[0]}. {_hint}")
