"""Which code is running: the commit that lineage records name."""

import subprocess
from functools import cache
from pathlib import Path

import pegbar

CODE_ROOT = Path(__file__).parent.parent


@cache
def code_commit() -> str:
    """Return the commit of this checkout, with ``+`` if files differ from it; the release outside a checkout."""
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return f"v{pegbar.__version__}"
    return commit + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=CODE_ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
