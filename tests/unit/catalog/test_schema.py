"""The committed JSON Schemas are current, legal in draft 7, and agree with what is loaded."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.catalog import schema
from dr_orchestrator.resources import TYPES
from tests.support.drill_files import SHOP, changed

DRILLS = Path(__file__).parents[3] / "drills"
SERVICES = sorted(path for path in DRILLS.glob("*.yaml") if path.name != "tiers.yaml")
GAME_DAYS = sorted((DRILLS / "game-days").glob("*.yaml"))
SCHEMAS = {"drill.schema.json": schema.service_schema(TYPES), "tiers.schema.json": schema.tiers_schema()}
SCHEMAS |= schema.of_people()
TOLD = dict.fromkeys(SCHEMAS, DRILLS / "README.md") | {"game-day.schema.json": DRILLS.parent / "docs" / "game-days.md"}


def _check(schema_file: str, *files: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "check-jsonschema"
    command = [str(program), "--schemafile", str(DRILLS / schema_file), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    for each in node if isinstance(node, list) else ():
        yield from _objects(each)


def _properties(document: dict[str, Any]) -> dict[str, Any]:
    found = (node["properties"] for node in _objects(document) if isinstance(node.get("properties"), dict))
    return {name: body for properties in found for name, body in properties.items()}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schemas_are_current(name: str, tmp_path: Path) -> None:
    """`make schema` would change nothing."""
    schema.write(tmp_path, TYPES)
    assert (DRILLS / name).read_text() == (tmp_path / name).read_text() == schema.rendered(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_say_only_what_draft_7_knows(name: str) -> None:
    """Editors that read draft 7 understand all of it: references stand alone, no newer keyword is used."""
    document = SCHEMAS[name]
    assert document["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$id" not in document
    for node in _objects(document):
        assert not {"$defs", "prefixItems", "unevaluatedProperties", "dependentRequired"} & node.keys()
        assert len(node) == 1 or "$ref" not in node
    assert all(body["title"] and body["description"] for body in _properties(document).values())


def test_the_sample_passes_the_schemas() -> None:
    """The sample company's files are legal for editors, too."""
    assert _check("drill.schema.json", *SERVICES).returncode == 0
    assert _check("tiers.schema.json", DRILLS / "tiers.yaml").returncode == 0
    assert _check("game-day.schema.json", *GAME_DAYS).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("owner:", "ownr:"),
        ("tier: 1", "tier: one"),
        ("pitr-restore", "restore"),
        ("minimum: 1}", "minimum: 1}, query: {sql: x, equals: 1}"),
    ],
)
def test_editors_see_what_the_program_refuses(tmp_path: Path, old: str, new: str) -> None:
    """An unknown key, a wrong type, an unknown word and a check with two claims fail the schema."""
    (tmp_path / "shop.yaml").write_text(changed(SHOP, old, new))
    assert _check("drill.schema.json", tmp_path / "shop.yaml").returncode == 1


def test_every_file_names_its_schema() -> None:
    """Editors find the schema by the first line of each file."""
    for path in SERVICES:
        assert path.read_text().startswith("# yaml-language-server: $schema=./drill.schema.json\n")
    for path in GAME_DAYS:
        assert path.read_text().startswith("# yaml-language-server: $schema=../game-day.schema.json\n")
    assert (DRILLS / "tiers.yaml").read_text().startswith("# yaml-language-server: $schema=./tiers.schema.json\n")


@pytest.mark.parametrize(
    ("name", "key"), sorted({(name, key) for name, document in SCHEMAS.items() for key in _properties(document)})
)
def test_every_key_is_in_the_readme(name: str, key: str) -> None:
    """A key that can be written is explained in drills/README.md, those of game days on their own page."""
    assert re.search(rf"(?<![\w-]){re.escape(key)}`?:|`{re.escape(key)}`", TOLD[name].read_text())


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("tabletop.schema.json", "tabletops"),
        ("sitting.schema.json", "tabletops/examples"),
        ("review.schema.json", "reviews"),
        ("signed.schema.json", "reviews/examples"),
    ],
)
def test_the_schemas_take_the_samples_of_exercises_of_people(name: str, folder: str) -> None:
    """The plans, and what is filled in as an example."""
    found = _check(name, *sorted((DRILLS / folder).glob("*.yaml")))
    assert found.returncode == 0, found.stdout
