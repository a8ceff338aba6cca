"""Doing to a database what no journal would do."""

from sqlalchemy import NullPool, create_engine, text


def tamper(url: str, *statements: str, **values: object) -> None:
    """Run SQL behind the journal's back; on SQLite without its checks."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)
