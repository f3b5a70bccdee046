"""How long things take in Aurora: lab seconds, near what is seen in AWS."""

MINUTE = 60.0
CREATE_CLUSTER = 2 * MINUTE
RESTORE_BASE, RESTORE_PER_GIB = 8 * MINUTE, 2.5
"""A restored volume is filled in parallel: 100 GiB take about 12 minutes."""
CLONE = 4 * MINUTE
"""A clone shares its source's pages, so its size does not matter."""
SNAPSHOT_BASE, SNAPSHOT_PER_GIB = 2 * MINUTE, 0.5
CREATE_MEMBER = 6 * MINUTE
DELETE_MEMBER = 4 * MINUTE
STOP, START = 3 * MINUTE, 8 * MINUTE
DELETE_CLUSTER = 2 * MINUTE
FAIL_OVER = 30.0
"""From the end of the writer until a reader writes in its place."""
SWITCH_ZONES = 25.0
"""Likewise of a multi-AZ DB cluster, whose readers are told to take over within 35 s."""
ENABLE_ENDPOINT = 20.0
CREATE_GLOBAL, DELETE_GLOBAL, LEAVE_GLOBAL = 30.0, 20.0, 90.0
SWITCH_REGIONS = 45.0
"""From the end of what writes in one region until the other writes in its place."""
