"""Registered models that may have learnt from what was taken down: tagged in MLflow, told in the promotion log.

The log is what counts: it says so without a server, and who removes the tag does not make a model clean.
"""

from collections.abc import Collection, Sequence

from pegbar.journal import LogRow, PromotionEntry
from pegbar.versions.tombstones import Tombstone, Tombstones
from tasks.registry.line import append, champions, taints
from tasks.registry.records import RegisteredVersion, TaintedVersion
from tasks.registry.tracking import mlflow_errors
from tasks.registry.versions import TAG, Versions

TAINTED = f"{TAG}tainted"


def taint(registry: Versions, tombstones: Collection[Tombstone], actor: str) -> list[TaintedVersion]:
    """Tag and log every version whose training data held what was taken down; return all of these, old ones too.

    Raises:
        ServiceError: MLflow does not answer. ConflictError: somebody else works on a model and does not finish.
    """
    buried = Tombstones(tombstones)
    return [
        _tainted(registry, found, stones, actor)
        for model in _models(registry)
        for found in registry.versions(model)
        if (stones := buried.of_training_data(found.dataset_digest, found.data_revision))
    ]


def _tainted(registry: Versions, found: RegisteredVersion, stones: Sequence[Tombstone], actor: str) -> TaintedVersion:
    with registry.leased(found.model):
        for stone in stones:
            log = registry.journal.promotion_log(found.model)
            if not _is_logged(log, found.version, stone):
                entry = PromotionEntry(
                    model=found.model, action="tainted", to_version=found.version, actor=actor, reason=stone.title
                )
                append(registry.journal, entry, log[-1].digest if log else None)
        with mlflow_errors(found.uri):
            before = registry.client.get_model_version(found.model, found.version).tags.get(TAINTED, "")
            paths = {*filter(None, before.split(", ")), *(stone.path for stone in stones)}
            registry.client.set_model_version_tag(found.model, found.version, TAINTED, ", ".join(sorted(paths)))
        log = registry.journal.promotion_log(found.model)
    return TaintedVersion(
        model=found.model,
        version=found.version,
        is_champion=champions(log)[-1:] == [found.version],
        why=taints(log)[found.version],
    )


def _is_logged(log: Sequence[LogRow], version: str, stone: Tombstone) -> bool:
    return any(row.action == "tainted" and row.to_version == version and stone.path in row.reason for row in log)


def _models(registry: Versions) -> list[str]:
    names: list[str] = []
    token: str | None = None
    while True:
        with mlflow_errors("registered models"):
            page = registry.client.search_registered_models(page_token=token)
        names += [str(model.name) for model in page]
        token = page.token
        if not token:
            return sorted(names)
