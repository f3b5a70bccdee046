"""Prefect, which takes seconds to import, is imported only where one of its APIs may be named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dr_orchestrator import engine
from dr_orchestrator.engine import LocalFlow, flow, in_a_flow_run, prefect_is_asked

FIRST = """
import sys
from dr_orchestrator.cli import main, output
def begin(what):
    sys.exit(f"{what}: {[name for name in ('boto3', 'sqlalchemy', 'prefect') if name in sys.modules]}")
output.begin = begin
main.run(sys.argv[1:])
"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A process that never imported Prefect, in an empty folder of a user without settings."""
    for name in ("prefect", "prefect.context"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in ("PREFECT_HOME", "PREFECT_PROFILES_PATH", "PREFECT_API_URL", "PREFECT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_settings_nobody_asks_prefect() -> None:
    """A script is then a plain function, whatever options of Prefect's it names."""

    @flow(name="a-drill", flow_run_name="{drill}", retries=0)
    def a_drill(drill: str) -> str:
        """Run it."""
        return f"run of {drill}"

    assert isinstance(a_drill, LocalFlow)
    assert a_drill.fn("x") == a_drill("x") == "run of x"
    assert a_drill.__doc__ == "Run it."
    assert not in_a_flow_run()
    assert "prefect" not in sys.modules


@pytest.mark.parametrize(
    ("file", "text", "asked"),
    [
        (".prefect/profiles.toml", '[profiles.x]\nPREFECT_API_URL = "http://127.0.0.1:1/api"', True),
        (".prefect/profiles.toml", 'active = "ephemeral"\n[profiles.ephemeral]', False),
        (".env", "PREFECT_API_URL=http://127.0.0.1:1/api", True),
        (".env", "OTHER=1", False),
        ("prefect.toml", "[api]\nurl='http://127.0.0.1:1/api'", True),
        ("pyproject.toml", "[tool.prefect.api]", True),
        ("pyproject.toml", "[project]", False),
    ],
)
def test_each_file_that_may_name_an_api_is_looked_at(nowhere: Path, file: str, text: str, asked: bool) -> None:
    """Where one may, Prefect itself decides: nobody's server is passed over to save its import."""
    (nowhere / file).parent.mkdir(exist_ok=True)
    (nowhere / file).write_text(text)
    assert prefect_is_asked() is asked


@pytest.mark.parametrize(
    "environ",
    [{"PREFECT_API_URL": "http://127.0.0.1:1/api"}, {"prefect_api_url": ""}, {"PREFECT_PROFILE": "local"}],
)
def test_each_setting_that_may_name_an_api_is_seen(environ: Mapping[str, str]) -> None:
    """By the variable itself, in any case, and by the name of a profile, which Prefect may ship."""
    assert prefect_is_asked({"HOME": "/", **environ})


def test_other_homes_are_looked_at(nowhere: Path) -> None:
    """A profile lives in PREFECT_HOME, or where PREFECT_PROFILES_PATH says."""
    (nowhere / "elsewhere").mkdir()
    profiles = nowhere / "elsewhere" / "profiles.toml"
    profiles.write_text("PREFECT_API_URL = 'http://127.0.0.1:1/api'")
    assert prefect_is_asked({"PREFECT_HOME": str(profiles.parent)})
    assert prefect_is_asked({"PREFECT_PROFILES_PATH": str(profiles)})
    assert not prefect_is_asked({})


def test_a_script_that_prefect_loads_is_a_flow_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker, or `prefect deploy`, has imported Prefect: what it finds in a script is what it looks for."""
    monkeypatch.setattr(engine, "prefect_is_asked", lambda: True)

    @flow(name="a-drill", retries=0)
    def a_drill(drill: str) -> str:
        return drill

    from prefect import Flow

    assert isinstance(a_drill, Flow)
    assert a_drill.name == "a-drill"


@pytest.mark.parametrize(("command", "told"), [(["run", "x"], "x: []"), (["quarterly"], "Quarterly exercise: []")])
def test_the_first_word_is_said_before_anything_is_imported_for_it(command: list[str], told: str) -> None:
    """What takes seconds to import is imported after it."""
    said = subprocess.run([sys.executable, "-c", FIRST, *command], check=False, capture_output=True, text=True)
    assert said.stderr.splitlines()[-1] == told
