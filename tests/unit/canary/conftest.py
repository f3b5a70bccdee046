"""A real PostgreSQL for the writer of rows."""

from tests.support.postgres_server import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
