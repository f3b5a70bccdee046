"""JSON Schema of the drill files, so that editors complete, explain and check them as they are written."""

from __future__ import annotations

import json
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from dr_orchestrator.catalog.shapes.game_day import GameDayFile
from dr_orchestrator.catalog.shapes.mass_restore import MassRestoreFile
from dr_orchestrator.catalog.shapes.review import ReviewFile, SignedFile
from dr_orchestrator.catalog.shapes.service import service_file
from dr_orchestrator.catalog.shapes.tabletop import SittingFile, TabletopFile
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.domain.resource_type import ResourceType, Types

_DRAFT = "http://json-schema.org/draft-07/schema#"
_REF = "#/definitions/{model}"


def service_schema(types: Types[ResourceType]) -> dict[str, Any]:
    """The schema of a service file."""
    return _schema(service_file(types), "Service file")


def tiers_schema() -> dict[str, Any]:
    """The schema of tiers.yaml."""
    return _schema(TiersFile, "Tiers file")


def of_people() -> dict[str, dict[str, Any]]:
    """The schemas of the files of exercises, and of what people fill in, by the names of their files."""
    return {
        "game-day.schema.json": _schema(GameDayFile, "Game day file"),
        "tabletop.schema.json": _schema(TabletopFile, "Tabletop"),
        "sitting.schema.json": _schema(SittingFile, "Record of a tabletop"),
        "review.schema.json": _schema(ReviewFile, "Review"),
        "signed.schema.json": _schema(SignedFile, "Answers of a reviewer"),
        "mass-restore.schema.json": _schema(MassRestoreFile, "Large-incident drill"),
    }


def write(folder: Path, types: Types[ResourceType]) -> tuple[Path, ...]:
    """Write all schemas into a folder of drill files."""
    documents = {"drill.schema.json": service_schema(types), "tiers.schema.json": tiers_schema(), **of_people()}
    for name, document in documents.items():
        (folder / name).write_text(rendered(document), encoding="utf-8")
    return tuple(folder / name for name in documents)


def rendered(document: dict[str, Any]) -> str:
    """A schema as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class _Generator(GenerateJsonSchema):
    """Writes defaults as they are written in YAML."""

    def encode_default(self, dft: Any) -> Any:
        """A duration as text, an enum as its value, a model as nothing special: it is empty where left out."""
        if isinstance(dft, timedelta):
            return f"{int(dft.total_seconds())}s"
        if isinstance(dft, StrEnum):
            return dft.value
        return None if isinstance(dft, BaseModel) else super().encode_default(dft)


def _schema(shape: type[BaseModel], title: str) -> dict[str, Any]:
    raw = shape.model_json_schema(ref_template=_REF, schema_generator=_Generator)
    definitions = raw.pop("$defs", {})
    document = _draft_07({**raw, "title": title, "definitions": definitions})
    return {"$schema": _DRAFT, **document}


def _draft_07(node: Any) -> Any:
    """A schema of later drafts, in the words of draft 7; nothing is nullable, since an empty value is a mistake."""
    if isinstance(node, list):
        return [_draft_07(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _draft_07(value) for key, value in node.items() if not (key == "default" and value is None)}
    if isinstance(plain.get("properties"), dict):
        plain["properties"] = {
            name: _beside_reference({**body, "title": _title(name)}) for name, body in plain["properties"].items()
        }
    return _beside_reference(_without_null(plain))


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    options = [each for each in node.get("anyOf", []) if each != {"type": "null"}]
    if len(options) == 1:
        return {**options[0], **{key: value for key, value in node.items() if key != "anyOf"}}
    return {**node, "anyOf": options} if options else node


def _beside_reference(node: dict[str, Any]) -> dict[str, Any]:
    """Draft 7 ignores all that stands beside `$ref`, so the reference goes one level down."""
    if "$ref" in node and len(node) > 1:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**beside, "allOf": [{"$ref": node["$ref"]}]}
    return node


def _title(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()
