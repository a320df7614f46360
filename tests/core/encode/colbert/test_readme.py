"""The README's example of a neural model."""

import contextlib
import io
import re
from pathlib import Path

from tests.core.encode.checkpoints.fabricate import fabricate

README = Path(__file__).resolve().parents[4] / "README.md"


def test_the_example_runs_with_a_checkpoint_of_that_name(tmp_path, monkeypatch):
    """As it stands there, in a folder that holds the published files; here it is a miniature."""
    section = README.read_text(encoding="utf-8").split("### From Python\n")[1].split("\n## ")[0]
    (code,) = re.findall(r"^```python\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    fabricate("jacolbert-v2.5", tmp_path / "jacolbert-v2.5")
    monkeypatch.chdir(tmp_path)
    names = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, str(README), "exec"), names)
    assert out.getvalue() == "32 True\n"
    assert names["best"][0].position == 0
    assert len(names["ranked"]) <= 2
