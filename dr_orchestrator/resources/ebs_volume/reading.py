"""The checks of a restored volume: a machine of the drills reads it, and what was not read is never called good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any

from dr_orchestrator.aws.machines.commands import Commands, Ended
from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.masking import masked
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.proof import Command, Deep, Files, Integrity, WholeRead
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.sampling import CONFIDENCE, unseen
from dr_orchestrator.domain.sampling import drawn as drawn_of
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources import on_machines
from dr_orchestrator.resources.ebs_volume import scripts
from dr_orchestrator.resources.ebs_volume.scripts import GIB, Device

Attached = Callable[[Copy], Device]
"""Proves a copy to be attached to the machine, and tells as what."""


class Reading:
    """Performs deep checks on a volume by commands on the machine that it is attached to."""

    def __init__(self, commands: Commands, attached: Attached) -> None:
        self._commands, self._attached = commands, attached

    def perform(
        self,
        check: Deep,
        copy: Copy,
        points: Sequence[RecoveryPoint],
        taken: Collection[str] = (),
    ) -> list[CheckResult]:
        """Perform one; a program may tell more results than one."""
        del points
        of = self._attached(copy)
        match check:
            case WholeRead():
                return [self._whole(check, copy, of)]
            case Integrity():
                return [self._integrity(check, copy, of)]
            case Files():
                return [self._files(check, copy, of)]
            case Command():
                return self._command(check, copy, of, taken)
        raise NotMeasured(f"{copy.id} is a volume, of which this cannot be asked")

    def _run(self, copy: Copy, script: str, seconds: float, what: str) -> Ended:
        ended = self._commands.run(copy, script, seconds)
        if ended.killed or ended.code not in (scripts.NO_DEVICE, scripts.NOT_MOUNTED):
            return on_machines.whole(ended, what, seconds)
        if ended.code == scripts.NO_DEVICE:
            raise NotMeasured(f"the machine does not see {copy.id}, which EC2 tells is attached to it")
        told = masked("; ".join(ended.told("unmounted")))
        raise NotMeasured(f"the machine finds no file system in {copy.id} that it can mount; {told}".rstrip("; "))

    def _whole(self, check: WholeRead, copy: Copy, of: Device) -> CheckResult:
        seed = _seed(copy) if check.seed is None else check.seed
        drawn = _drawn(of.gib, check.sample, seed) if check.sample else []
        read = scripts.sample(of, drawn) if drawn else scripts.whole(of, max(1, check.parallel))
        ended = self._run(copy, read, check.within.total_seconds(), f"reading {copy.id}")
        size, bytes_, failed = (ended.number(each) for each in ("size", "bytes", "failed"))
        if size != of.gib * GIB:
            raise NotMeasured(f"the machine read a device of {size:,} bytes, and {copy.id} has {of.gib:,} GiB")
        seconds = ended.number("nanoseconds") / 1e9
        rate = bytes_ / words.MB / seconds if seconds else 0.0
        figures: dict[str, Any] = {
            "bytes": bytes_,
            "of_bytes": size,
            "seconds": round(seconds, 3),
            "mb_per_s": round(rate, 1),
            "damaged": failed,
            "fast_restored": of.fast,
            "whole": not drawn and not failed and bytes_ == size,
        }
        cold = "read where fast restore had put it" if of.fast else "read cold"
        how = cold if ended.told("direct") == ["1"] else "read through the machine's cache"
        told = [f"{words.megabytes(bytes_)} of {words.megabytes(size)} {how} in {seconds:.1f} s, {rate:,.1f} MB/s"]
        if drawn:
            every = max(1, size // scripts.BLOCK)
            figures |= {"blocks": len(drawn), "of_blocks": every, "seed": seed}
            told.append(f"{len(drawn):,} blocks of {every:,}, drawn with seed {seed}")
            if not failed:
                figures["damaged_at_most"] = most = unseen(every, len(drawn))
                told.append(f"with {CONFIDENCE * 100:g} % confidence at most {most:,} cannot be read")
        told += [f"damaged: {words.some([masked(each) for each in ended.told('error')])}"] if failed else []
        if failed:
            return words.result(check, Outcome.FAILED, words.joined(told), figures)
        if not drawn and bytes_ != size:
            return words.result(check, Outcome.INCONCLUSIVE, words.joined([*told, "not all was read"]), figures)
        return words.result(check, Outcome.PASSED, words.joined(told), figures)

    def _integrity(self, check: Integrity, copy: Copy, of: Device) -> CheckResult:
        script = scripts.integrity(of)
        ended = self._run(copy, script, check.within.total_seconds(), f"the check of {copy.id}")
        checked = [line.split(" ") for line in ended.told("checked")]
        damaged = [(node, type_, code) for node, type_, code in checked if code != "0"]
        unasked = ended.told("unasked")
        figures = {"checked": len(checked), "damaged": len(damaged), "unasked": unasked}
        told = [f"{counted(len(checked), 'file system')} checked"]
        if damaged:
            said = [f"{type_} on {node} ended with {code}" for node, type_, code in damaged]
            why = masked("; ".join(ended.told("told")))
            return words.result(check, Outcome.FAILED, words.joined([*told, words.some(said), why]), figures)
        if unasked or not checked:
            told.append(f"not asked: {words.some(unasked)}" if unasked else f"{copy.id} holds none that is known")
            return words.result(check, Outcome.INCONCLUSIVE, words.joined(told), figures)
        return words.result(check, Outcome.PASSED, words.joined([*told, "nothing wrong in them"]), figures)

    def _files(self, check: Files, copy: Copy, of: Device) -> CheckResult:
        def look(paths: Sequence[str], seconds: float, what: str) -> Ended:
            return self._run(copy, scripts.files(of, paths), seconds, what)

        return on_machines.files(check, copy.id, look)

    def _command(self, check: Command, copy: Copy, of: Device, taken: Collection[str]) -> list[CheckResult]:
        seconds = max(1, round(check.within.total_seconds()))
        about = (
            ("DRO_RUN", copy.run),
            ("DRO_DRILL", copy.drill),
            ("DRO_COPY", copy.id),
            ("DRO_COPY_VOLUME", of.volume),
        )
        script = scripts.command(of, check.run, seconds, about)
        what = on_machines.named(check, copy.id)
        ended = self._run(copy, script, seconds + on_machines.BESIDE, what)
        return on_machines.program(check, ended, what, taken)


def _seed(copy: Copy) -> int:
    """A seed that the run's id gives: told with the result, so that anybody can draw the same blocks again."""
    return int.from_bytes(hashlib.sha256(copy.run.encode()).digest()[:4], "big")


def _drawn(gib: int, number: int, seed: int) -> list[int]:
    """The blocks of a sample, in the order of their places."""
    return sorted(drawn_of(gib * GIB // scripts.BLOCK, number, seed))
