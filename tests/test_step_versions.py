"""A step's source may not change under the same version: old artifacts would pass for new ones.

A step covers the module that declares its ``STEP``, those that use it, and every module of ours they
import that can change what is made. After a change that alters what a step makes, raise its version;
after one that does not, say why. Then record either with::

    .venv/bin/python tests/test_step_versions.py "why the outputs are the same, or: bumped"
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
RECORD = Path(__file__).with_name("step_versions.json")
PACKAGES = ("pegbar", "tasks", "models", "expectations")
COVERED = ("tasks.", "models.", "pegbar.media", "pegbar.toonbox", "pegbar.shards", "pegbar.tables")

Recorded = dict[str, dict[str, str | int]]


@cache
def trees() -> dict[str, ast.Module]:
    """Return every module of ours by its dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text())
    return found


def imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every absolute import, lazy ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""


def closure(start: set[str]) -> set[str]:
    """Return the covered modules that `start` imports, directly or not."""
    seen, waiting = set(start), list(start)
    while waiting:
        for module, name in imports(trees()[waiting.pop()]):
            for candidate in (module, f"{module}.{name}"):
                if candidate in trees() and candidate.startswith(COVERED) and candidate not in seen:
                    seen.add(candidate)
                    waiting.append(candidate)
    return seen


def digest(modules: set[str]) -> str:
    """Digest the modules' code without docstrings and layout."""
    state = hashlib.sha256()
    for module in sorted(modules):
        tree = ast.parse(ast.unparse(trees()[module]))
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            first = body[0] if isinstance(body, list) and body else None
            if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
                body[0] = ast.Pass()
        state.update(module.encode() + ast.dump(tree).encode())
    return state.hexdigest()


@cache
def steps() -> Recorded:
    """Return {step name: {version, source}} of every STEP declared."""
    found: Recorded = {}
    for module, tree in trees().items():
        for node in tree.body:
            target = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
            if not target.endswith("STEP") or not isinstance(node.value, ast.Call):
                continue
            declared = {word.arg: ast.literal_eval(word.value) for word in node.value.keywords}
            users = {other for other, its in trees().items() if (module, target) in set(imports(its))}
            covered = closure({module} | {user for user in users if user.startswith(COVERED)})
            found[declared["name"]] = {"version": declared["version"], "source": digest(covered)}
    return found


def test_no_step_changed_under_the_same_version() -> None:
    recorded = json.loads(RECORD.read_text())
    changed = [name for name, step in steps().items() if {key: recorded.get(name, {}).get(key) for key in step} != step]
    assert changed == [], f"bump or waive: {__doc__}"
    assert sorted(recorded) == sorted(steps())


def test_a_changed_import_changes_the_step() -> None:
    assert "tasks.curation.detection.fusion" in closure({"tasks.curation.detection.shots"})


def record(reason: str) -> None:
    """Write the present sources down, with the reason where one changed without a bump."""
    before: Recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    after = steps()
    for name, step in after.items():
        old = before.get(name, {})
        if old.get("version") == step["version"]:
            waiver = reason if old["source"] != step["source"] else old.get("waiver")
            if waiver:
                step["waiver"] = waiver
    RECORD.write_text(json.dumps(after, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    record(sys.argv[1])
