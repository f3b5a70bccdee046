"""The platform team's own checks of a restored copy: a drill runs them, and says by PG* variables where the copy is.

Each line of JSON becomes a result of its own in the drill's report; the exit code speaks for all of them.
"""

import json
import sys

import psycopg

CHECKS = {
    "names of tenants are unique": "SELECT count(*) - count(DISTINCT name) FROM tenants",
    "no tenant is of the future": "SELECT count(*) FROM tenants WHERE created_at > (SELECT max(at) FROM heartbeat)",
}


def main() -> int:
    """Perform all of them; 1 where one found something."""
    wrong = 0
    with psycopg.connect() as copy:
        for name, statement in CHECKS.items():
            (found,) = copy.execute(statement).fetchone()
            wrong += bool(found)
            outcome = "failed" if found else "passed"
            print(json.dumps({"check": name, "outcome": outcome, "observed": f"{found} tenants"}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
