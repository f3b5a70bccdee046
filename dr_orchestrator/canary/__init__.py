"""The heartbeat of production: writers that a team runs beside its sources; drills only read what they wrote."""
