"""Bundle the workspace (flows, drills, report templates) into the wheel; an editable install reads the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Bundle(BuildHookInterface):  # type: ignore[type-arg]
    """Copies the workspaces of the sample companies to `dr_orchestrator/_content/` in standard builds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Register the folders that travel inside the wheel."""
        if version == "standard":
            for source in ("flows", "drills", "reports/templates", "prefect.yaml", "estate.yaml", "examples"):
                build_data["force_include"][source] = f"dr_orchestrator/_content/{source}"
