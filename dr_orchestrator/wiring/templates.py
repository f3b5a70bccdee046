"""Judges a template file, and those beside it that it names, without AWS and without a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dr_orchestrator.aws.template import soundness
from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import Template
from dr_orchestrator.domain.replica import Answers, Ask, Derived, Edit, Note, Place, Refusal
from dr_orchestrator.errors import Problem, UsageError

COPY = "{copy}"
"""The id that every copy's name begins with; each run has its own, which nobody knows before."""

_MEND = "name a CloudFormation template, YAML or JSON; a CDK app's is in cdk.out, after `cdk synth`"


def judged(path: Path, place: Place, answers: Answers | None = None) -> Derived:
    """The template as drills would derive it; UsageError, naming file and line, where it is none."""
    folder = path.resolve().parent

    def read(url: str, of: str) -> Template | None:
        """Read a template that lies beside the root, or below its folder; what lies elsewhere AWS reads."""
        child = (folder / of).parent / url
        beside = "://" not in url and child.resolve().is_relative_to(folder) and child.is_file()
        return _read(child, child.resolve().relative_to(folder).as_posix()) if beside else None

    return derive(_read(path, path.name), COPY, place, answers, read=read)


def as_json(derived: Derived) -> dict[str, Any]:
    """All that is told of a template, for programs."""
    told: dict[str, Sequence[Edit | Ask | Refusal | Note]] = {
        "edits": derived.edits,
        "asks": derived.asks,
        "refused": derived.refused,
        "notes": derived.notes,
    }
    listed = {key: [asdict(each) for each in found] for key, found in told.items()}
    return {"accepted": derived.accepted, **listed, "expands": list(derived.expands)}


def _read(path: Path, called: str) -> Template:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as wrong:
        raise UsageError(f"{path}: cannot be read: {wrong.strerror}", _MEND) from wrong
    except UnicodeDecodeError as wrong:
        raise UsageError(f"{path}: is not UTF-8 text", _MEND) from wrong
    try:
        template = cloudformation.parse(text, str(path), cloudformation.LARGEST_IN_BUCKET)
    except cloudformation.Malformed as wrong:
        raise UsageError("\n".join(map(str, wrong.problems)), _MEND) from wrong
    if not template.part("Resources"):
        raise UsageError(str(Problem(str(path), 1, "Resources", "it declares no Resources")), _MEND)
    if unsound := tuple(soundness.problems(template)):
        raise UsageError("\n".join(map(str, unsound)), _MEND)
    return replace(template, file=called)
