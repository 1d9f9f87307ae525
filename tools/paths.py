"""Where the tools find and put things."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUNDLED = VENV / "bundled"  # servers that came in a package made for another Python
CHECK_ENV = ROOT / ".check-env"
SHELF = ROOT / "var" / "shelf"
# VAR in the environment gives a demo data of its own, beside that of another demo in the same checkout.
VAR = Path(os.environ.get("VAR") or ROOT / "var").resolve()
LOGS = VAR / "log"
