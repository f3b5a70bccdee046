"""The words beside the policies of drills: what whoever makes their roles has to know, and no policy can say."""

from __future__ import annotations

from dr_orchestrator.aws.access import controls, replicas, sources
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import COPIES

_LENT = "kms:Decrypt, kms:DescribeKey, kms:CreateGrant; of snapshots and images of EC2 kms:ReEncrypt*, too"


def told_of(scope: Scope) -> list[str]:
    """The promises that no policy here can hold, in words."""
    told = [
        "Both roles trust whoever runs `dro` (the trust policy), who needs sts:AssumeRole on them and nothing else.",
        "A key's own policy must let both roles use it, where an encrypted source has a key that the account manages.",
    ]
    if scope.users():
        told.append(
            "rds-db:connect names a user and no database, for the id of a copy is not known beforehand: a user of"
            " drills alone, who may only read, keeps it from meaning more in production."
        )
    if any(scope.asked(of) for of in scope.types):
        told.append(
            "IAM knows no statement that only reads: the guard lets a source be asked only within a transaction that"
            " was first told to read, which PostgreSQL then holds to; a login that may only read keeps it so, too."
        )
    unseen = [copy for copy in scope.types.copies.values() if not scope.sees_tags(copy)]
    hidden = sorted({copy.title for copy in unseen if copy.by_abac})
    if hidden:
        told.append(
            f"IAM sees the tags of each {' and each '.join(hidden)} only where attribute-based access control (ABAC) is"
            f" on in the account, and no call tells where: by these policies the name {COPIES} decides. Where it is on,"
            " `dro iam --abac` asks for the tag, too."
        )
    by_name = (copy for copy in unseen if not copy.by_abac and "{id}" in copy.arn)
    if named := sorted({copy.title for copy in by_name if scope.drilled(copy)}):
        told.append(f"IAM sees no tag of what lies in each {' and each '.join(named)}: the name {COPIES} decides.")
    told += sources.told(scope)
    told += controls.notes(scope)
    if any(drill.resource.rebuild and drill.resource.rebuild.builder for drill in scope.drills):
        told.append(
            "What a program calls nobody can tell beforehand: give its role in the drill account the rights that it"
            " needs, beside these policies, whose denials hold for it, too."
        )
    if any(drill.resource.rebuild is not None for drill in scope.drills):
        told.append(
            "What a replica holds is emptied, opened and deleted where it is named after the copy. Execution logs of"
            " API Gateway bear an API's id alone (DeleteExecutionLogs): only the guard tells a copy's from another's;"
            " without that statement they are named as left."
        )
    writes = frozenset[str]().union(*(calls_of(scope.types, drill).writes for drill in scope.drills))
    if any(write.into and write.operation in writes for of in scope.types for write in of.writes):
        told.append(
            f"Stores are exported into {' or '.join(scope.buckets())}: its policy lets the role of the changes write"
            f" there (s3:AbortMultipartUpload, s3:PutObject, s3:PutObjectAcl on {COPIES}), and so does the key that it"
            " is encrypted with, where that is one of your own (kms:GenerateDataKey, kms:Decrypt)."
        )
    told += replicas.notes(scope)
    if lent := scope.lent():
        told.append(
            f"The key under which snapshots are shared with another account, {' or '.join(lent)}, lets that account use"
            f" it by its own policy ({_LENT})."
        )
    if unlent := scope.unlent():
        told.append(
            f"Where {' or '.join(unlent)} is encrypted, its snapshots are shared under its own key, which is not known"
            f" here: its policy lets the other account use it ({_LENT}); name its ARN by `shared_key` in the drill's"
            " `to`, so that the policies here let that account's role use it, too."
        )
    for account in scope.elsewhere():
        told.append(f"The role of account {account} trusts whoever runs `dro`, too; `roles: elsewhere` names it.")
    if arns := replicas.boundaries(scope.beside()):
        held = " and ".join(arns)
        told.append(f"Roles of replicas are held by {held}, which `dro iam --boundary` prints: create it once.")
    return told
