"""Makes Mikke's own model, and fine-tunes others: `python3 packaging/tasks.py own-model --help`."""

from __future__ import annotations

import sys

from own_model.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
