"""The program as it is installed: from a wheel, in an empty folder, with no checkout near."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dr_orchestrator.settings import CHECKOUT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(CHECKOUT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def dro(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    environment.pop("DRO_HOME", None)
    command = [sys.executable, "-m", "dr_orchestrator", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_workspace_and_nothing_of_the_tests(wheel: Path) -> None:
    """Flows, drills, templates and migrations travel inside the package; top level is the package alone."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"dr_orchestrator"}
    for wanted in (
        "_content/flows/quarterly.py",
        "_content/drills/tiers.yaml",
        "_content/drills/infrastructure/develop-with-aws.template.yaml",
        "_content/reports/templates/run.html.j2",
        "_content/prefect.yaml",
        "_content/estate.yaml",
        "_content/examples/classic/estate.yaml",
        "_content/examples/serverless/drills/infrastructure/tracking.template.yaml",
        "aws/template/registry/types.json",
        "ledger/migrations/env.py",
        "py.typed",
    ):
        assert f"dr_orchestrator/{wanted}" in names


def test_the_installed_program_checks_the_sample_company(installed: Path, tmp_path: Path) -> None:
    """In an empty folder the shipped drills are found and right, and nothing is written there."""
    done = dro(installed, tmp_path, "check")

    assert done.returncode == 0, done.stderr
    assert str(installed) in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("company", "code", "drill"), [("classic", 0, "shop-pitr"), ("serverless", 3, "parcels-vault")]
)
def test_init_makes_a_workspace_of_another_company(
    installed: Path, tmp_path: Path, company: str, code: int, drill: str
) -> None:
    """With its own drills and estate, and none of the sample company's."""
    assert dro(installed, tmp_path, "init", "mine", "--company", company).returncode == 0
    checked = dro(installed, tmp_path / "mine", "check")
    assert checked.returncode == code, checked.stderr
    told = dro(installed, tmp_path / "mine", "drills", "--json").stdout
    assert f'"{drill}"' in told
    assert "jira-pitr" not in told
    shipped = (installed / "dr_orchestrator" / "_content" / "examples" / company / "estate.yaml").read_text()
    assert (tmp_path / "mine" / "estate.yaml").read_text() == shipped
    assert not [*(tmp_path / "mine" / "drills").rglob("*.py")]


def test_init_makes_a_workspace_that_is_used_from_then_on(installed: Path, tmp_path: Path) -> None:
    """`dro init` copies the workspace out; inside it `dro` reads the copy, and refuses to write over it."""
    assert dro(installed, tmp_path, "init", "mine").returncode == 0
    (tmp_path / "mine" / "drills" / "jira.yaml").unlink()

    done = dro(installed, tmp_path / "mine", "drills", "--json")

    assert done.returncode == 0, done.stderr
    assert "platform-pitr" in done.stdout
    assert "jira-pitr" not in done.stdout
    again = dro(installed, tmp_path, "init", "mine")
    assert again.returncode == 2
    assert "is not empty" in again.stderr
