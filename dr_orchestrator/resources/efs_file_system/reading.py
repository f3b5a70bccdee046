"""The checks of a restored file system: a machine of the drills mounts it; what was not read is never called good."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from dr_orchestrator.aws.machines.commands import Commands, Ended
from dr_orchestrator.checks.masking import masked
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.proof import Command, Deep, Files
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources import on_machines
from dr_orchestrator.resources.efs_file_system import scripts
from dr_orchestrator.resources.efs_file_system.name import FOLDER, LOST
from dr_orchestrator.resources.efs_file_system.scripts import Share

Mounted = Callable[[Copy], Share]
"""Proves a copy to be this run's, with a mount target that can be used, and tells where."""

Asked = Callable[[Copy], datetime]
"""When a copy was asked for: a file that was changed since tells no loss, for the restore itself wrote it."""


class Reading:
    """Performs deep checks on a file system by commands on the machine that mounts it."""

    def __init__(self, commands: Commands, mounted: Mounted, asked: Asked) -> None:
        self._commands, self._mounted, self._asked = commands, mounted, asked

    def perform(
        self,
        check: Deep,
        copy: Copy,
        points: Sequence[RecoveryPoint],
        taken: Collection[str] = (),
    ) -> list[CheckResult]:
        """Perform one; a program may tell more results than one."""
        of, begun = self._mounted(copy), min((each.data_time for each in points), default=None)
        if isinstance(check, Files):
            return [_as_of(begun, self._files(check, copy, of))]
        if isinstance(check, Command):
            return [_as_of(begun, each) for each in self._command(check, copy, of, taken)]
        raise NotMeasured(f"{copy.id} is a file system, of which this cannot be asked")

    def _run(self, copy: Copy, script: str, seconds: float, what: str) -> Ended:
        ended = self._commands.run(copy, script, seconds)
        if not ended.killed and ended.code == scripts.NOT_MOUNTED:
            told = masked("; ".join(ended.told("unmounted")))
            raise NotMeasured(f"the machine cannot mount {copy.id}: {told or 'nothing was said'}")
        if not ended.killed and ended.code == scripts.NO_FOLDER:
            number = counted(ended.number("folders"), "folder")
            raise NotMeasured(
                f"{copy.id} has {number} {FOLDER}… at its root, into which AWS Backup restores, and not 1"
            )
        return on_machines.whole(ended, what, seconds)

    def _files(self, check: Files, copy: Copy, of: Share) -> CheckResult:
        ways, lost = dict[str, None](), list[int]()

        def look(paths: Sequence[str], seconds: float, what: str) -> Ended:
            ended = self._run(copy, scripts.files(of, paths), seconds, what)
            ways.update(dict.fromkeys(ended.told("mounted")))
            lost[:] = [int(each) for each in ended.told("lost")]
            return ended

        number = None
        if check.at_least:
            what = f"counting the files of {copy.id}"
            number = self._run(copy, scripts.count(of), check.within.total_seconds(), what).number("files")
        found = on_machines.files(check, copy.id, look, self._asked(copy), number)
        told = [found.observed, *(f"mounted {each}" for each in ways)]
        if sum(lost):
            told.append(f"{counted(sum(lost), 'file')} in {LOST}: changed while they were backed up")
        return replace(found, observed="; ".join(told), figures={**found.figures, "lost_and_found": sum(lost)})

    def _command(self, check: Command, copy: Copy, of: Share, taken: Collection[str]) -> list[CheckResult]:
        seconds = max(1, round(check.within.total_seconds()))
        about = (
            ("DRO_RUN", copy.run),
            ("DRO_DRILL", copy.drill),
            ("DRO_COPY", copy.id),
            ("DRO_COPY_FILE_SYSTEM", of.file_system),
        )
        what = on_machines.named(check, copy.id)
        script = scripts.command(of, check.run, seconds, about)
        ended = self._run(copy, script, seconds + on_machines.BESIDE, what)
        return on_machines.program(check, ended, what, taken)


def _as_of(begun: datetime | None, found: CheckResult) -> CheckResult:
    """A result whose newest data is no newer than the beginning of the backup, both told.

    A backup of EFS is no instant: it walks the tree for as long as it takes, and what it read first lacks all that was
    written since.
    """
    if begun is None or found.newest is None or found.newest <= begun:
        return found
    told = f"the loss counts from {begun:%Y-%m-%d %H:%M:%S} UTC, when the backup began: what it read first is as old"
    return replace(found, newest=begun, observed=f"{found.observed}; {told}")
