"""How many templates of a folder a replica takes without a word of their owner: `python -m tests.benchmarks.acceptance
FOLDER...`, say checkouts of what people publish.

Counted are the files that CloudFormation would take for a template (JSON or YAML that declares resources of AWS), each
by itself, and the apps that the CDK synthesised (folders with a manifest), each as a whole.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dr_orchestrator.documents.assembly import MANIFEST
from dr_orchestrator.domain.replica import Derived, Place
from dr_orchestrator.errors import UsageError
from dr_orchestrator.wiring import templates

NAMES = {".json", ".yaml", ".yml", ".template"}
TYPE = ("Type: AWS::", 'Type: "AWS::', "Type: 'AWS::", '"Type": "AWS::', '"Type":"AWS::')
OFTEN = 12


def files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in NAMES and path.is_file() and path.name != MANIFEST:
            text = path.read_bytes().decode("utf-8", errors="replace")
            declares = '"Resources"' in text or "\nResources:" in f"\n{text}"
            if declares and any(each in text for each in TYPE):
                yield path


def apps(folder: Path) -> Iterator[Path]:
    for manifest in sorted(folder.rglob(MANIFEST)):
        if any(manifest.parent.glob("*.template.json")):
            yield manifest.parent


def measured(name: str, paths: list[Path], place: Place) -> None:
    taken, why, wrong, silent = 0, Counter[str](), Counter[str](), 0
    told: list[Path] = []
    for path in paths:
        try:
            derived: Derived = templates.judged(path, place)
        except UsageError as unread:
            wrong[str(unread).splitlines()[0][-90:]] += 1
            continue
        taken += derived.accepted
        silent += sum(not each.answer for each in derived.asks)
        if not derived.accepted:
            told.append(path)
            why.update({f"asks: {each.what}"[:90] for each in derived.asks})
            why.update({f"refuses: {each.what}"[:90] for each in derived.refused})
    read = len(paths) - wrong.total()
    share = 100 * taken / read if read else 0
    print(  # noqa: T201
        f"{name}, {place.value}: {taken} of {read} accepted without a word ({share:.1f} %); "
        f"{wrong.total()} cannot be read; asks without an answer: {silent}"
    )
    for reason, often in why.most_common(OFTEN):
        print(f"    {often:4} {reason}")  # noqa: T201
    if place is Place.BESIDE:
        for reason, often in wrong.most_common(OFTEN):
            print(f"    {often:4} unreadable: {reason}")  # noqa: T201


def main(folders: list[Path]) -> None:
    for folder in folders:
        for kind, found in (("templates", [*files(folder)]), ("apps", [*apps(folder)])):
            for place in (Place.DRILL_ACCOUNT, Place.BESIDE) if found else ():
                measured(f"{folder.name}: {kind}", found, place)


if __name__ == "__main__":
    main([*map(Path, sys.argv[1:])])
