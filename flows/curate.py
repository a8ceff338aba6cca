"""Films into a gated, versioned dataset."""

from pathlib import Path

from prefect import flow

from pegbar.config import Config
from pegbar.engine import running_engine
from pegbar.records import Record
from tasks.context import RunContext
from tasks.curation.assemble import assemble_dataset
from tasks.curation.compare import compare_films
from tasks.curation.config import CurateConfig
from tasks.curation.edits.dataset import apply_edits_again
from tasks.curation.gate import gate_dataset, version_dataset
from tasks.curation.pack import PackedGroup
from tasks.curation.shard import curate_shard, see_shard, shards_of
from tasks.curation.sources.ingest import ingest_films
from tasks.storage.forecast import forecast_space
from tasks.studio.publish_funnel import publish_funnel


class Request(Config):
    """Which films, and how. `sources` are folders, films, lists, bucket prefixes, web addresses, ids of video sites."""

    sources: tuple[str, ...]
    licence: str = "unknown"
    config: CurateConfig


class CuratedDataset(Record):
    """A version of the dataset: its digest, the workspace's revision, its artifacts, and the page of its funnel."""

    dataset_digest: str
    revision: str
    num_films: int
    num_refused: int
    groups: tuple[PackedGroup, ...]
    funnel: Path


@flow(name="curate")
def curate(context: RunContext, request: Request) -> CuratedDataset:
    """Take films in, look at each once, tell copies apart, curate what is kept, edit, assemble, gate, and version."""
    config = request.config
    films = ingest_films(context, list(request.sources), request.licence, config.source)
    forecast_space(context, films, config)
    engine = context.settings.engine
    with running_engine(engine):
        shards = shards_of(films, config.max_films_per_shard, engine.num_workers)
        seen = [film for shard in shards for film in see_shard(context, shard, config)]
        apart = compare_films(context, seen, config)
        told = shards_of(apart, config.max_films_per_shard, engine.num_workers)
        groups = [group for shard in told for group in curate_shard(context, shard, config)]
    groups = apply_edits_again(context, groups, config)
    funnel = publish_funnel(context, apart, groups, config)
    digest = assemble_dataset(context, groups, config)
    report = gate_dataset(context, config.gate)
    revision = version_dataset(context, report, f"Curated {len(films)} films")
    return CuratedDataset(
        dataset_digest=digest,
        revision=revision,
        num_films=sum(group.num_films for group in groups),
        num_refused=sum(group.num_refused for group in groups),
        groups=tuple(groups),
        funnel=funnel,
    )
