"""Make matplotlib's list of fonts once, on the shelf, so that no sandbox has to."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def build(shelf: Path) -> bool:
    """Write fonts/fontlist-*.json when it is missing; True when it was made now."""
    folder = shelf / "fonts"
    if any(folder.glob("fontlist-*.json")):
        return False
    with tempfile.TemporaryDirectory(dir=shelf, prefix=".building-") as scratch:
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            check=True,
            env={**os.environ, "MPLCONFIGDIR": scratch},
        )
        folder.mkdir(exist_ok=True)
        for cached in Path(scratch).glob("fontlist-*.json"):
            shutil.copy(cached, folder)
    return True
