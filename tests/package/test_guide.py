"""docs/add-a-resource-type.md, followed word by word, adds the type that tests drill, kill, resume and sweep."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from dr_orchestrator import resources
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import CHECKOUT
from tests.support import fake_type
from tests.support.clicks import CLICKS

GUIDE = (CHECKOUT / "docs" / "add-a-resource-type.md").read_text()
PACKAGE = "dr_orchestrator.resources.kinesis_stream"
FILES = dict(
    re.findall(r"^### `dr_orchestrator/resources/kinesis_stream/(\S+)`\n.*?```python\n(.*?)```", GUIDE, re.S | re.M)
)
FAKE = Path(fake_type.__file__).parent


def sorted_imports(code: str, name: str) -> str:
    """The code as the linter sorts its imports: they stand elsewhere in another package."""
    ruff = [sys.executable, "-m", "ruff", "check", "--quiet", "--select=I", "--fix", f"--stdin-filename={name}", "-"]
    return subprocess.run(ruff, input=code, capture_output=True, text=True, check=True, cwd=CHECKOUT).stdout


def test_the_guide_leaves_no_file_out() -> None:
    """Whoever has written all of its files has written the whole package."""
    assert sorted(FILES) == sorted(str(each.relative_to(FAKE)) for each in FAKE.rglob("*.py"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_of_the_guide_is_the_one_that_is_tried(name: str) -> None:
    """Each file is the fake type's own, but for the package that it lies in; and the linter has nothing to say.

    Whether imports are sorted it cannot tell of a package that is not there.
    """
    code = FILES[name].replace(PACKAGE, "tests.support.fake_type")
    path = f"dr_orchestrator/resources/kinesis_stream/{name}"
    assert sorted_imports(code, f"tests/support/fake_type/{name}") == (FAKE / name).read_text()
    linted = [sys.executable, "-m", "ruff", "check", "--quiet", "--ignore=I001", f"--stdin-filename={path}", "-"]
    told = subprocess.run(linted, input=FILES[name], capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert told.stdout == ""


def test_what_the_guide_says_makes_a_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written down where the guide says, its files are a package whose declaration is the fake type's."""
    for name, code in FILES.items():
        path = tmp_path / "kinesis_stream" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    monkeypatch.setattr(resources, "__path__", [*resources.__path__, str(tmp_path)])
    try:
        made = import_module(PACKAGE).TYPE
        assert (made.name, made.copies, made.writes) == (
            fake_type.TYPE.name,
            fake_type.TYPE.copies,
            fake_type.TYPE.writes,
        )
        for part in ("restore", "consumer", "components", "listing", "lab.twin"):
            import_module(f"{PACKAGE}.{part}")
    finally:
        for loaded in [each for each in sys.modules if each.startswith(PACKAGE)]:
            del sys.modules[loaded]


def test_the_line_that_the_guide_adds_is_the_only_one() -> None:
    """`TYPES` is as the guide shows it, but for what it adds."""
    (shown,) = re.findall(r"```python title=dr_orchestrator/resources/__init__.py\n(.*?)```", GUIDE, re.S)
    now = (CHECKOUT / "dr_orchestrator" / "resources" / "__init__.py").read_text()
    assert shown.replace("        kinesis_stream.TYPE,\n", "") in now
    assert shown.count(".TYPE") == len(TYPES.names) + 1


def test_the_drill_file_of_the_guide_is_the_one_that_is_drilled() -> None:
    """What a team then writes is what the fake type's tests are drilled with."""
    (shown,) = re.findall(r"```yaml title=drills/clicks.yaml\n(.*?)```", GUIDE, re.S)
    written, drilled = yaml.safe_load(shown), yaml.safe_load(CLICKS)
    assert written == {key: drilled[key] for key in written}
