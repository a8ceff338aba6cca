"""A step's source may not change under the same version: old artifacts would pass for new ones.

After a change that alters what a step makes, raise its ``STEP`` version; after one that does not,
say why. Then record either with::

    .venv/bin/python tests/test_step_versions.py "why the outputs are the same, or: bumped"
"""

import ast
import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
RECORD = Path(__file__).with_name("step_versions.json")


def steps() -> dict[str, dict[str, str | int]]:
    """Return {module: {step, version, source}} for every module that declares STEP."""
    found: dict[str, dict[str, str | int]] = {}
    for path in sorted((ROOT / "tasks").rglob("*.py")):
        tree = ast.parse(path.read_text())
        for node in tree.body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "").endswith("STEP"):
                assert isinstance(node.value, ast.Call)
                declared = {word.arg: ast.literal_eval(word.value) for word in node.value.keywords}
                name = f"{path.relative_to(ROOT).as_posix()}:{declared['name']}"
                found[name] = {"version": declared["version"], "source": digest(tree)}
    return found


def digest(tree: ast.Module) -> str:
    """Digest the code without its docstrings and layout."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            if isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
                body[0] = ast.Pass()
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def test_no_step_changed_under_the_same_version() -> None:
    recorded = json.loads(RECORD.read_text())
    present = steps()
    changed = [
        name for name, step in present.items() if {key: recorded.get(name, {}).get(key) for key in step} != step
    ]
    assert changed == [], f"bump or waive: {__doc__}"
    assert sorted(recorded) == sorted(present)


def record(reason: str) -> None:
    """Write the present sources down, with the reason where one changed without a bump."""
    before = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    after = steps()
    for name, step in after.items():
        old = before.get(name, {})
        same_version = old.get("version") == step["version"]
        if same_version and old.get("source") != step["source"]:
            step["waiver"] = reason
        elif same_version and "waiver" in old:
            step["waiver"] = old["waiver"]
    RECORD.write_text(json.dumps(after, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    record(sys.argv[1])
