"""Production's own Aurora cluster, failed over to one of its readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.clusters import proof
from dr_orchestrator.aws.clusters.on_production import OwnCluster
from dr_orchestrator.resources.aurora_cluster.name import ENGINES, OVER, USUAL


class ProductionCluster(OwnCluster):
    """An Aurora cluster of production; whose secondaries in other regions would lose their source, is left alone."""

    usual, asks, over = USUAL, OVER.operation, OVER

    def _of_another_kind(self, live: Mapping[str, Any]) -> Iterator[str]:
        engine, mode = live.get("Engine"), live.get("EngineMode", "provisioned")
        if engine not in ENGINES or mode != "provisioned":
            yield f"is of {engine}, {mode}, and no Aurora cluster that fails over to a reader"
        for name in sorted(proof.globals_of(self._api, live)):
            yield f"is of the global database {name}, whose other regions hang on its writer"
