"""Settings: read once from the environment, refused where they would falsify a measure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.errors import UsageError
from dr_orchestrator.settings import CHECKOUT, Pace, borrowed, load, shipped

LAB = {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}


def test_without_anything_set_the_clock_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default pace is 1, the default ledger a SQLite file in the workspace."""
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "tiers.yaml").touch()
    monkeypatch.chdir(tmp_path)
    settings = load({})
    assert settings.home == tmp_path
    assert settings.pace == Pace(1.0, 0.0)
    assert settings.database_url == f"sqlite:///{tmp_path / '.dro' / 'ledger.db'}"


def test_a_named_workspace_wins_over_the_current_folder(tmp_path: Path) -> None:
    """DRO_HOME decides; its folders are those of the workspace."""
    (tmp_path / "flows").mkdir()
    settings = load({"DRO_HOME": str(tmp_path)})
    assert settings.home == tmp_path
    assert {settings.drills.parent, settings.flows.parent, settings.state.parent} == {tmp_path}
    assert settings.templates[0] == tmp_path / "reports" / "templates"
    assert settings.generated == tmp_path / "reports" / "generated"


def test_a_workspace_without_scripts_of_its_own_is_drilled_by_the_shipped_ones(tmp_path: Path) -> None:
    """A folder that is there is the workspace's, whatever is in it: nothing of the program's takes its place."""
    settings = load({"DRO_HOME": str(tmp_path)})
    assert settings.flows == shipped() / "flows"
    (tmp_path / "flows").mkdir()
    assert settings.flows == tmp_path / "flows"


def test_a_workspace_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A mistyped DRO_HOME is a usage error with a hint, not an empty catalogue."""
    with pytest.raises(UsageError, match="no such folder") as told:
        load({"DRO_HOME": str(tmp_path / "none")})
    assert "dro init" in told.value.hint


def test_elsewhere_the_shipped_workspace_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder without drills the sample company is there: in a checkout, the checkout's own."""
    monkeypatch.chdir(tmp_path)
    assert load({}).home == shipped() == CHECKOUT
    assert borrowed({})
    assert not borrowed({"DRO_HOME": str(tmp_path)})


def test_a_workspace_is_found_from_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of a workspace that workspace is meant, not the sample company."""
    (tmp_path / "drills" / "templates").mkdir(parents=True)
    (tmp_path / "drills" / "tiers.yaml").touch()
    monkeypatch.chdir(tmp_path / "drills" / "templates")
    assert load({}).home == tmp_path
    assert not borrowed({})


def test_drills_without_tiers_are_no_workspace_and_not_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace that lost its tiers.yaml is told; another company's drills are not run in its place."""
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "shop.yaml").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no tiers\.yaml"):
        load({})


def test_one_own_broken_workspace_is_not_hidden_by_one_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drills without tiers are told also where a folder above is a workspace."""
    for folder in (tmp_path, tmp_path / "team"):
        (folder / "drills").mkdir(parents=True)
    (tmp_path / "drills" / "tiers.yaml").touch()
    (tmp_path / "team" / "drills" / "shop.yaml").touch()
    monkeypatch.chdir(tmp_path / "team")
    with pytest.raises(UsageError, match=r"no tiers\.yaml"):
        load({})


@pytest.mark.parametrize("fence", [".git", "anybody"])
def test_a_workspace_above_a_fence_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fence: str) -> None:
    """A workspace's flows are programs: none is taken from beyond a repository, or where anybody may write."""
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "tiers.yaml").touch()
    (tmp_path / "project" / "team").mkdir(parents=True)
    if fence == ".git":
        (tmp_path / "project" / ".git").mkdir()
    else:
        tmp_path.chmod(0o777)
    monkeypatch.chdir(tmp_path / "project" / "team")
    assert load({}).home == shipped()


def test_a_lab_is_one_endpoint(tmp_path: Path) -> None:
    """At a lab's pace no service may be asked elsewhere: what is there would be taken for the lab's."""
    env = {"DRO_HOME": str(tmp_path), "DRO_CLOCK_PACE": "60@0", **LAB}
    assert load({**env, "AWS_ENDPOINT_URL_RDS": LAB["AWS_ENDPOINT_URL"]}).pace.factor == 60
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL_DYNAMODB names another endpoint"):
        load({**env, "AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.us-east-1.amazonaws.com"})


def test_a_database_url_is_taken_as_given(tmp_path: Path) -> None:
    """DRO_DATABASE_URL goes through unchanged; an empty one counts as not set."""
    home = {"DRO_HOME": str(tmp_path)}
    assert load({**home, "DRO_DATABASE_URL": "postgresql://x/y"}).database_url == "postgresql://x/y"
    assert load({**home, "DRO_DATABASE_URL": ""}).database_url.startswith("sqlite:")


@pytest.mark.parametrize("text", ["fast", "2@x", "@", "0", "-1@5", "nan@0", "inf@0", "120@inf"])
def test_a_pace_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    """A clock that stands still, runs backwards or is no number would falsify every measure."""
    with pytest.raises(UsageError, match="DRO_CLOCK_PACE"):
        load({**LAB, "DRO_HOME": str(tmp_path), "DRO_CLOCK_PACE": text})


def test_against_aws_itself_the_clock_cannot_be_paced(tmp_path: Path) -> None:
    """A pace left over from the lab, without the lab's endpoint, is refused: figures would be 120 times too long."""
    with pytest.raises(UsageError, match="the clock is the real one"):
        load({"DRO_HOME": str(tmp_path), "DRO_CLOCK_PACE": "120@1700000000"})


def test_the_lab_gives_the_pace(tmp_path: Path) -> None:
    """With the lab's endpoint set, factor and origin are read."""
    env = {**LAB, "DRO_HOME": str(tmp_path), "DRO_CLOCK_PACE": "120@1700000000.5"}
    assert load(env).pace == Pace(120.0, 1700000000.5)


@given(st.floats(1, 1000), st.floats(1.6e9, 2e9), st.floats(0, 1e6))
def test_drill_time_and_real_time_are_inverse(factor: float, origin: float, real: float) -> None:
    """A time turned into drill time and back is the same to a millisecond; at the origin they are equal."""
    pace = Pace(factor, origin)
    assert pace.drill_time(origin) == origin
    assert pace.real_time(pace.drill_time(origin + real)) == pytest.approx(origin + real, abs=1e-3)
