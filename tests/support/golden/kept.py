"""The posture of two services of the sample company, told with figures that never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.posture.claim import Claim, Ground, Part, Proof
from dr_orchestrator.domain.posture.ruling import Look, Ruling, Standing, Stood
from dr_orchestrator.domain.rule import Rule
from tests.support.golden.story import DAY

LOOK = Look(DAY, True, "123456789012", "8c41f2a", ("jira", "platform"))
_RDS, _VAULTS = "rds:DescribeDBInstances", "backup:ListRecoveryPointsByBackupVault"
_POINTS, _WINDOWS = "rds:DescribeDBSnapshots", "rds:DescribeDBInstanceAutomatedBackups"
_GOOD = (
    Ruling(
        Rule.POSTURE_NEWEST,
        Standing.HELD,
        "the newest, the latest restorable time, is of 2026-11-20 08:55 UTC, 5 m ago; RPO < 1 h",
        _WINDOWS,
    ),
    Ruling(Rule.POSTURE_DAILY, Standing.HELD, "no hole over 36 h among 30 points or window since 2026-10-21", _POINTS),
    Ruling(
        Rule.POSTURE_RETENTION,
        Standing.HELD,
        "kept for 30 d; an unbroken row reaches 29.2 d back; wanted 30 d",
        _RDS,
    ),
    Ruling(Rule.POSTURE_ENCRYPTION, Standing.HELD, "encrypted with a key of one's own, key/0f2c", _RDS),
)
_PLATFORM = (
    *_GOOD,
    Ruling(
        Rule.POSTURE_ELSEWHERE,
        Standing.HELD,
        "automated backups are replicated to us-west-2, the newest of 2026-11-20 08:55 UTC, 5 m ago",
        _POINTS,
    ),
    Ruling(
        Rule.POSTURE_LOCK,
        Standing.SHORT,
        "vault platform holds it, which is locked in governance mode: whoever may delete the lock can",
        _VAULTS,
        Severity.HIGH,
        "back it up by AWS Backup into a vault that is locked for good: "
        "`aws backup put-backup-vault-lock-configuration`; "
        "or want none: `backups: {immutable: false}` of the tier in tiers.yaml",
    ),
    Ruling(Rule.POSTURE_DELETION, Standing.HELD, "a deletion is refused until somebody switches this off", _RDS),
    Ruling(Rule.POSTURE_PROVEN, Standing.HELD, "platform-pitr: passed on 2026-10-06, due once a quarter", "the ledger"),
)
_JIRA = (
    *_GOOD[:3],
    Ruling(
        Rule.POSTURE_ENCRYPTION,
        Standing.UNKNOWN,
        "AccessDeniedException: User is not authorized to perform: kms:DescribeKey",
        "kms:DescribeKey",
        None,
        "add to the policy of the role that reads (see `dro iam`): "
        '{"Effect": "Allow", "Action": ["kms:DescribeKey"], "Resource": "*"}',
        denied=True,
    ),
    Ruling(Rule.POSTURE_ELSEWHERE, Standing.NONE, "the tier wants no copy in another region"),
    Ruling(Rule.POSTURE_LOCK, Standing.NONE, "the tier does not want it"),
    Ruling(
        Rule.POSTURE_PROVEN,
        Standing.SHORT,
        "jira-pitr: last proven on 2026-08-14, and due again since 2026-10-01",
        "the ledger",
        Severity.MEDIUM,
        "run it: `dro run jira-pitr`",
    ),
)


def _rows(service: str, title: str, owner: str, tier: int, rulings: tuple[Ruling, ...]) -> list[Stood]:
    about = (service, title, owner, tier, f"{service}-db", "rds-instance", f"{service}-prod", "us-east-1")
    return [Stood(*about, each, DAY - timedelta(days=each.standing is Standing.SHORT and 12)) for each in rulings]


ROWS = (
    *_rows("platform", "Micros platform", "Platform Engineering", 0, _PLATFORM),
    *_rows("jira", "Jira Cloud", "Jira Platform", 1, _JIRA),
)
_RAN = ("20261006-a1b2c3", datetime(2026, 10, 6, 4, 30, tzinfo=UTC))
_UNTRIED = (Ground("jira-pitr", "no run on real AWS", Proof.NOT_PROVEN),)
CLAIMS = (
    Claim(
        "platform",
        "Micros platform",
        0,
        "Platform Engineering",
        (
            Part("immutable", Proof.DISPROVEN, (Ground("platform-db", _PLATFORM[5].evidence, Proof.DISPROVEN),)),
            Part(
                "loss < 1 h",
                Proof.PROVEN,
                (
                    Ground(
                        "platform-pitr",
                        "20261006-a1b2c3 lost 4 m 12 s, 5 m 06 s at worst",
                        Proof.PROVEN,
                        *_RAN,
                    ),
                ),
            ),
            Part(
                "recovery < 4 h",
                Proof.PROVEN,
                (Ground("platform-pitr", "20261006-a1b2c3 took 1 h 31 m", Proof.PROVEN, *_RAN),),
            ),
        ),
    ),
    Claim(
        "jira",
        "Jira Cloud",
        1,
        "Jira Platform",
        (
            Part("immutable", Proof.NOT_CLAIMED, (Ground("", "the tier does not want it", Proof.NOT_CLAIMED),)),
            Part("loss < 1 h", Proof.NOT_PROVEN, _UNTRIED),
            Part("recovery < 6 h", Proof.NOT_PROVEN, _UNTRIED),
        ),
    ),
)
LOOKS = {each.service: replace(LOOK, services=(each.service,)) for each in CLAIMS}


def named(text: str) -> tuple[tuple[Stood, ...], tuple[Claim, ...]]:
    """The same of a service, a resource and an answer of AWS that say this."""
    about = {"title": text, "owner": text, "resource": text, "id": text}
    rows = (replace(each, **about, ruling=replace(each.ruling, evidence=text, remedy=text)) for each in ROWS)
    return tuple(rows), tuple(_claim_of(each, text) for each in CLAIMS)


def _claim_of(claim: Claim, text: str) -> Claim:
    parts = (
        replace(part, grounds=tuple(replace(each, about=text, said=text) for each in part.grounds))
        for part in claim.parts
    )
    return replace(claim, title=text, owner=text, parts=tuple(parts))
