"""House rules that a reader would otherwise have to enforce: sizes, names, steps' versions."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("pegbar", "flows", "tasks", "models", "expectations")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
BROAD_EXCEPT_ALLOWED = {"pegbar/engine/boundary.py": 1}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_over_400_lines() -> None:
    long = {str(path.relative_to(ROOT)): count for path in sources() if (count := path.read_text().count("\n")) > 400}
    assert long == {}


def test_no_function_is_over_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in functions(ast.parse(path.read_text()))
        if (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_broad_excepts_only_at_the_item_boundary() -> None:
    found: dict[str, int] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ExceptHandler):
                continue
            names = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else {"bare"}
            if names & {"Exception", "BaseException", "bare"}:
                name = str(path.relative_to(ROOT))
                found[name] = found.get(name, 0) + 1
    assert found == BROAD_EXCEPT_ALLOWED


def test_no_vague_module_names() -> None:
    assert [str(path) for path in sources() if path.stem in VAGUE_NAMES] == []


def test_the_readme_names_every_top_level_folder() -> None:
    readme = (ROOT / "README.md").read_text()
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    tops = {name.split("/")[0] for name in tracked if "/" in name}
    missing = sorted(top for top in tops if f"{top}/" not in readme)
    assert missing == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*.py")
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []
