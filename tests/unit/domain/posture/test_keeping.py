"""The rules on how points are kept, on proof, and on how a look ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.posture.facts import Elsewhere, Encryption, Inapplicable, Known, Lock, Unknown
from dr_orchestrator.domain.posture.proven import proven
from dr_orchestrator.domain.posture.ruling import (
    TITLES,
    Ruling,
    Standing,
    Stood,
    as_grave,
    exit_code,
    shortfalls,
    stood,
    summary,
)
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.errors import Exit
from tests.support.protections import DAY, HOUR, NOW, RESOURCE, ruling, service

WEST = {"copy_in": ("us-west-2",)}
DENIED = Unknown("no right", "backup:ListBackupVaults", denied=True)


def test_encryption_and_whose_key_it_is() -> None:
    """None at all is high; AWS's own is medium, and only where the tier wants another."""
    aws = Known(Encryption(True, "AWS's default key"), "aws:D")
    assert ruling(Rule.POSTURE_ENCRYPTION, encryption=Known(Encryption(False), "aws:D")).severity is Severity.HIGH
    assert ruling(Rule.POSTURE_ENCRYPTION, encryption=aws).standing is Standing.HELD
    assert ruling(Rule.POSTURE_ENCRYPTION, service(own_key=True), encryption=aws).severity is Severity.MEDIUM
    assert ruling(Rule.POSTURE_ENCRYPTION, service(own_key=True)).standing is Standing.HELD


def copies(*found: Elsewhere, lacking: Unknown | None = None) -> dict[str, Any]:
    return {"elsewhere": Known(found, "aws:ListCopies", lacking)}


def test_another_region_is_asked_for_only_where_it_is_wanted() -> None:
    """Without a wish there is no rule."""
    assert ruling(Rule.POSTURE_ELSEWHERE, **copies()).standing is Standing.NONE


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        ((), Standing.SHORT),
        ((Elsewhere("eu-west-1", "copied", NOW),), Standing.SHORT),
        ((Elsewhere("us-west-2", "copied", NOW - 5 * HOUR),), Standing.SHORT),
        ((Elsewhere("us-west-2", "copied", NOW - 3 * HOUR),), Standing.HELD),
        ((Elsewhere("us-west-2", "copied", NOW - 9 * DAY), Elsewhere("us-west-2", "copied", NOW)), Standing.HELD),
        ((Elsewhere("us-west-2", "replicated"),), Standing.HELD),
    ],
    ids=["none", "elsewhere", "too old", "young", "the newest", "age not told"],
)
def test_a_copy_in_the_wanted_region_is_held_to_the_rpo_of_a_lost_region(
    found: tuple[Elsewhere, ...], standing: Standing
) -> None:
    """Of a region that is lost four hours may be."""
    assert ruling(Rule.POSTURE_ELSEWHERE, service(lost=4 * HOUR, **WEST), **copies(*found)).standing is standing


@pytest.mark.parametrize(("ago", "standing"), [(30, Standing.HELD), (31, Standing.SHORT)])
def test_a_copy_elsewhere_that_was_forgotten_holds_nothing(ago: int, standing: Standing) -> None:
    """Where no RPO is promised should the region be lost, it is no older than points are to be kept."""
    found = ruling(
        Rule.POSTURE_ELSEWHERE, service(None, **WEST), **copies(Elsewhere("us-west-2", "c", NOW - ago * DAY))
    )
    assert found.standing is standing


def test_what_else_could_hold_a_copy_and_was_not_asked_leaves_it_open() -> None:
    """A vault that nobody may list might hold a younger one; it takes nothing from one that is young."""
    of = service(lost=4 * HOUR, **WEST)
    old, young = (Elsewhere("us-west-2", "copied", NOW - each * HOUR) for each in (5, 3))
    assert ruling(Rule.POSTURE_ELSEWHERE, of, **copies(old, lacking=DENIED)).standing is Standing.UNKNOWN
    assert ruling(Rule.POSTURE_ELSEWHERE, of, **copies(young, lacking=DENIED)).standing is Standing.HELD


@pytest.mark.parametrize(
    ("lock", "standing"),
    [
        (Known(Lock(True, "in a vault", NOW - 6 * HOUR), "c"), Standing.HELD),
        (Known(Lock(True, "in a vault", NOW - 3 * DAY), "c"), Standing.SHORT),
        (Known(Lock(False, "governance"), "c"), Standing.SHORT),
        (Known(Lock(False, "governance"), "c", DENIED), Standing.UNKNOWN),
        (Known(Lock(True, "compliance", least=30 * DAY), "c"), Standing.HELD),
        (Known(Lock(True, "compliance", least=29 * DAY), "c"), Standing.SHORT),
        (DENIED, Standing.UNKNOWN),
        (Inapplicable("none"), Standing.NONE),
    ],
)
def test_a_lock_holds_what_is_young_for_as_long_as_wanted(lock: Any, standing: Standing) -> None:
    """One that can be taken off, that holds old points alone, or for too short, is none."""
    assert ruling(Rule.POSTURE_LOCK, service(immutable=True), lock=lock).standing is standing


def test_a_deletion_is_refused() -> None:
    """Where the tier wants that, which it does unless it says otherwise."""
    bare = Known(False, "aws:D")
    assert ruling(Rule.POSTURE_DELETION, deletion=bare).severity is Severity.MEDIUM
    assert ruling(Rule.POSTURE_DELETION, service(deletion_protection=False), deletion=bare).standing is Standing.NONE


def state(name: str, *, due: bool, at: datetime | None = None, path: RecoveryPath = RecoveryPath.PRIMARY) -> DueState:
    of = service()
    drill = Drill(name, of, RESOURCE, Kind.PITR_RESTORE, Disruption.APPLICATION, of.tier.objective, (), path=path)
    return DueState(drill, due, f"why of {name}", at, NOW)


def test_what_no_drill_covers_is_a_hope() -> None:
    """High, and the remedy says what to write."""
    found = proven([], "orders-db", "pitr-restore")
    assert (found.standing, found.severity) == (Standing.SHORT, Severity.HIGH)
    assert "`kind: pitr-restore`" in found.remedy


def test_each_primary_path_has_to_be_proven_in_its_period() -> None:
    """Overdue is medium, never proven high; a fallback stands in for no primary path, and counts where it is alone."""
    fresh, overdue, never = state("a", due=False, at=NOW), state("b", due=True, at=NOW), state("c", due=True)
    aside = state("d", due=False, at=NOW, path=RecoveryPath.FALLBACK)
    assert proven([fresh], "x", "k").standing is Standing.HELD
    assert proven([fresh, overdue], "x", "k").severity is Severity.MEDIUM
    assert proven([overdue, never], "x", "k").severity is Severity.HIGH
    assert proven([never, aside], "x", "k").remedy == "run it: `dro run c`"
    assert proven([aside], "x", "k").standing is Standing.HELD


def row(standing: Standing, severity: Severity | None = None, rule: Rule = Rule.POSTURE_LOCK) -> Stood:
    return stood(service(), RESOURCE, [Ruling(rule, standing, "seen", "c", severity, "do")])[0]


HELD, SILENT = row(Standing.HELD), row(Standing.UNKNOWN)
HIGH, LOW = row(Standing.SHORT, Severity.HIGH), row(Standing.SHORT, Severity.LOW)


@pytest.mark.parametrize(
    ("rows", "least", "code"),
    [
        ([HELD], "low", Exit.PASSED),
        ([HELD, LOW], "high", Exit.PASSED),
        ([HELD, LOW], "low", Exit.FAILED),
        ([HIGH, SILENT], "high", Exit.FAILED),
        ([LOW, SILENT], "high", Exit.INCONCLUSIVE),
        ([HIGH], "never", Exit.PASSED),
        ([HIGH, SILENT], "never", Exit.INCONCLUSIVE),
    ],
)
def test_how_a_look_ends(rows: list[Stood], least: str, code: Exit) -> None:
    """As the contract of the command line says: what is not known never ends with 0."""
    assert exit_code(rows, least) is code


def test_the_gravest_comes_first_and_all_are_counted() -> None:
    """The order of findings, and the sentence beneath them."""
    assert shortfalls([LOW, HELD, HIGH]) == [HIGH, LOW]
    assert as_grave([LOW, HIGH], Severity.MEDIUM) == [HIGH]
    assert summary([LOW, HELD, HIGH, SILENT]) == "1 resource: 2 shortfalls, 1 not known, 1 held."


def test_a_finding_is_the_same_each_day() -> None:
    """Its fingerprint follows from what it is about, not from figures or words."""
    other = replace(HIGH, ruling=replace(HIGH.ruling, evidence="other figures", severity=Severity.LOW))
    assert HIGH.finding.fingerprint == other.finding.fingerprint
    assert HIGH.finding.fingerprint != row(Standing.SHORT, rule=Rule.POSTURE_DAILY).finding.fingerprint
    assert (HIGH.finding.rule, HIGH.finding.owner) == (Rule.POSTURE_LOCK, "Orders team")


def test_every_rule_of_the_posture_has_words() -> None:
    """No id is shown to people."""
    assert set(TITLES) == {each for each in Rule if each.value.startswith("posture-")}
