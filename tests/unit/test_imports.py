"""The tests stand alone: what several of them need is in tests/support."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]
FILES = [path for path in TESTS.rglob("*.py") if "data" not in path.parts]
"""What made the test data belongs to the version that made it."""
OPEN = ("tests.support", "tests.benchmarks", "tests.resources.suite")
"""The last is the contract of resource types, which each type's own module keeps."""


def imported(path: Path) -> set[str]:
    """The modules of the tests that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports by dots"
            module = node.module or ""
            found |= {f"{module}.{each.name}" for each in node.names} if module == "tests" else {module}
    return {name for name in found if name.split(".")[0] == "tests"}


def test_no_test_imports_from_another() -> None:
    """Whoever moves, renames or deletes a test breaks no other; nor does a test run twice under two names."""
    wrong = {
        f"{path.relative_to(TESTS)}: {name}" for path in FILES for name in imported(path) if not name.startswith(OPEN)
    }
    assert wrong == set()


def test_folders_of_tests_hold_tests_alone() -> None:
    """A module that is neither tests nor fixtures is shared, and stands where all look for it."""
    wrong = {
        str(path.relative_to(TESTS))
        for path in FILES
        if not path.name.startswith("test_") and path.name not in ("__init__.py", "conftest.py")
        if not ".".join(("tests", *path.relative_to(TESTS).with_suffix("").parts)).startswith(OPEN)
    }
    assert wrong == set()
