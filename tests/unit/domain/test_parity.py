"""Configuration parity: which settings are the same, which are not, and how those are to be taken."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import ANY, Parity, Setting, Standing, Unread, compare

STREAM = Setting("stream", Severity.MEDIUM, "nobody hears of changes")
TAGS = Setting("tags", Severity.LOW, "bills go by them")
PROTECTED = Setting("deletion-protection", Severity.LOW, "anybody can delete it", "off", "it is deleted", edited="off")
STANDBY = Setting("multi-az", Severity.MEDIUM, "there is no standby", "off", "a copy needs none")
KEY = Setting("encryption", Severity.HIGH, "another decides", names=True)
ALL = (STREAM, TAGS, PROTECTED, STANDBY, KEY)
SOURCE = {"stream": "KEYS_ONLY", "tags": "a=1", "deletion-protection": "on", "multi-az": "on", "encryption": "key-1"}


def standings(found: Parity) -> dict[str, Standing]:
    return {each.setting: each.standing for each in found.differences}


def test_what_is_told_alike_is_the_same() -> None:
    """Nothing is told of it but that it was compared."""
    assert compare(ALL, "orders", SOURCE, SOURCE, {}) == Parity(5)
    assert str(compare(ALL, "orders", SOURCE, SOURCE, {})) == "5 settings compared; all are as the source's"


def test_what_came_back_otherwise_is_told_with_what_it_means() -> None:
    """With both values; one that is not there at all has none."""
    copy = {name: value for name, value in SOURCE.items() if name != "tags"} | {"stream": "off"}
    stream, tags = compare(ALL, "orders", SOURCE, copy, {}).differences
    assert (stream.source, stream.copy, stream.severity) == ("KEYS_ONLY", "off", Severity.MEDIUM)
    assert (stream.standing, stream.why) == (Standing.DIFFERS, "nobody hears of changes")
    assert (tags.source, tags.copy, tags.standing) == ("a=1", "none", Standing.DIFFERS)


def test_what_the_drill_gives_its_copy_is_its_own_doing() -> None:
    """And no other value than that: a copy that is protected where its source is not was made so by somebody else."""
    copy = SOURCE | {"deletion-protection": "off", "multi-az": "off"}
    assert set(standings(compare(ALL, "orders", SOURCE, copy, {})).values()) == {Standing.BY_DRILL}
    assert standings(compare(ALL, "orders", copy, SOURCE, {})) == {
        "deletion-protection": Standing.DIFFERS,
        "multi-az": Standing.DIFFERS,
    }


@pytest.mark.parametrize("became", ["on", "off"])
def test_what_the_drill_says_in_any_case_is_its_own_doing(became: str) -> None:
    """Whichever value its file asks for; where that is the source's, there is nothing to tell."""
    login = Setting("iam-authentication", Severity.MEDIUM, "nobody logs in", ANY, "as the drill logs in")
    was = {"on": "off", "off": "on"}[became]
    found = compare([login], "orders", {login.name: was}, {login.name: became}, {})
    assert standings(found) == {login.name: Standing.BY_DRILL}


def test_what_no_restore_brings_back_may_be_the_drills_doing_in_a_template() -> None:
    """It switches it off there, so that the replica can be deleted."""
    setting = Setting("deletion-protection", Severity.LOW, "anybody can", reason="it is deleted", edited="off")
    sides = {"deletion-protection": "on"}, {"deletion-protection": "off"}
    (edited,) = compare([setting], "orders", *sides, {}, from_template=True).differences
    (restored,) = compare([setting], "orders", *sides, {}).differences
    assert (edited.standing, edited.why) == (Standing.BY_DRILL, "it is deleted")
    assert restored.standing is Standing.DIFFERS


def test_of_what_a_template_made_only_what_was_edited_is_the_drills() -> None:
    """A standby that the template does not ask for is missing for good."""
    copy = SOURCE | {"deletion-protection": "off", "multi-az": "off"}
    assert standings(compare(ALL, "orders", SOURCE, copy, {}, from_template=True)) == {
        "deletion-protection": Standing.BY_DRILL,
        "multi-az": Standing.DIFFERS,
    }


@pytest.mark.parametrize(("became", "differs"), [("key-2", False), ("none", True), ("off", True)])
def test_a_template_may_make_a_key_of_its_own(became: str, differs: bool) -> None:
    """It is enough that there is one; in a copy that was restored it has to be the source's."""
    copy = SOURCE | {"encryption": became}
    assert bool(compare(ALL, "orders", SOURCE, copy, {}, from_template=True).differences) is differs
    assert standings(compare(ALL, "orders", SOURCE, copy, {})) == {"encryption": Standing.DIFFERS}


@pytest.mark.parametrize("key", ["stream", "orders.stream"])
def test_what_is_accepted_is_told_with_its_reason(key: str) -> None:
    """By the setting's name, or with that of the store; what is accepted of another store is not of this one."""
    copy = SOURCE | {"stream": "off"}
    (found,) = compare(ALL, "orders", SOURCE, copy, {key: "the runbook sets it"}).differences
    assert (found.standing, found.why) == (Standing.ACCEPTED, "the runbook sets it")
    assert standings(compare(ALL, "orders", SOURCE, copy, {"images.stream": "no"})) == {"stream": Standing.DIFFERS}


@pytest.mark.parametrize("side", ["source", "copy"])
def test_what_could_not_be_read_is_neither_the_same_nor_not(side: str) -> None:
    """It was not compared, whatever the other side says and though it is accepted."""
    unread = SOURCE | {"stream": Unread("denied")}
    sides = (unread, SOURCE) if side == "source" else (SOURCE, unread)
    found = compare(ALL, "orders", *sides, {"stream": "the runbook sets it"})
    assert found.compared == 4
    (one,) = found.differences
    assert (one.standing, one.why) == (Standing.NOT_COMPARED, "denied")
    assert "not known" in (one.source, one.copy)


def test_a_setting_that_neither_tells_of_is_none_of_theirs() -> None:
    """It is not counted as compared."""
    assert compare(ALL, "orders", {"tags": "a=1"}, {"tags": "a=1"}, {}).compared == 1


def test_what_was_found_is_told_in_one_sentence() -> None:
    """How many were compared, and which are how; two stores are told together."""
    copy = SOURCE | {"stream": "off", "multi-az": "off", "tags": Unread("denied")}
    both = compare(ALL, "orders", SOURCE, copy, {}) + compare(ALL, "images", SOURCE, SOURCE, {})
    assert str(both) == (
        "9 settings compared; 1 not as the source's (stream); 1 given by the drill (multi-az); 1 not compared (tags)"
    )
