"""The journal's tables, their version, and how an older database becomes the present one.

Times are Unix seconds by the database's clock; `process_started_at` is seconds since the machine's
boot, which no change of the clock moves.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    inspect,
    select,
    update,
)

from pegbar.errors import StorageError

SCHEMA_VERSION = 2
Upgrade = Callable[[Connection], None]

metadata = MetaData()

meta = Table("pegbar_meta", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "pegbar_runs",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("flow", String, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("workspace", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("outcome", String),
    Column("pid", Integer, nullable=False),
    Column("host", String, nullable=False),
    Column("process_started_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("heartbeat_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("error", Text, nullable=False),
    Column("links", Text, nullable=False),
    Index("pegbar_runs_by_outcome", "outcome"),
)

steps = Table(
    "pegbar_steps",
    metadata,
    Column("key", String, primary_key=True),
    Column("step", String, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("manifest_sha256", String, nullable=False),
    Column("workspace", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("run_id", String, nullable=False),
    Column("recorded_at", Double, nullable=False),
)

attempts = Table(
    "pegbar_attempts",
    metadata,
    Column("attempt_id", Integer, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, index=True),
    Column("step", String, nullable=False),
    Column("run_id", String, nullable=False, index=True),
    Column("outcome", String),
    Column("started_at", Double, nullable=False),
    Column("seconds", Double),
    Column("error", Text, nullable=False),
)

leases = Table(
    "pegbar_leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("token", BigInteger, nullable=False),
    Column("holder", String),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)

promotion_heads = Table(
    "pegbar_promotion_heads",
    metadata,
    Column("model", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("head", String),
)

promotions = Table(
    "pegbar_promotions",
    metadata,
    Column("model", String, ForeignKey(promotion_heads.c.model), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("previous", String),
    Column("at", Double, nullable=False),
    Column("action", String, nullable=False),
    Column("from_version", String),
    Column("to_version", String),
    Column("actor", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence_sha256", String, nullable=False),
    UniqueConstraint("digest", name="pegbar_promotions_digest"),
)

calls = Table(
    "pegbar_calls",
    metadata,
    Column("call_id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String, nullable=False, index=True),
    Column("key", String, nullable=False),
    Column("model", String, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("outcome", String),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("usd", Double, nullable=False),
    Column("is_priced", Boolean, nullable=False),
    Column("seconds", Double, nullable=False),
)

UPGRADES: Mapping[int, Upgrade] = {1: calls.create}
"""From a version to the next one: the present release reads its own and the version before."""


def found_version(connection: Connection) -> int | None:
    """Return the version of the journal in this database, or None where there is none yet."""
    if not inspect(connection).has_table(meta.name):
        return None
    return connection.execute(select(func.max(meta.c.version))).scalar_one_or_none()


def bring_up_to_date(
    connection: Connection, version: int = SCHEMA_VERSION, upgrades: Mapping[int, Upgrade] = UPGRADES
) -> None:
    """Create the tables, or upgrade those of the version before, all within the caller's transaction.

    Raises:
        StorageError: the journal is newer than this release, or too old for it.
    """
    found = found_version(connection)
    if found is None:
        metadata.create_all(connection)
        connection.execute(insert(meta).values(version=version))
    elif found == version - 1 and found in upgrades:
        upgrades[found](connection)
        connection.execute(update(meta).values(version=version))
    elif found != version:
        raise StorageError(
            f"the journal has schema version {found}, and this pegbar reads {version}"
            + (f" and {version - 1}" if upgrades else ""),
            remedy="install the release that wrote it, or move it away: pegbar doctor",
            subject=str(found),
        )
