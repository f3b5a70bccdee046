"""YAML -> Catalogue: reads what a DR team declares, and tells every mistake with file, line, key and fix."""

from dr_orchestrator.catalog.load import load, problems

__all__ = ["load", "problems"]
