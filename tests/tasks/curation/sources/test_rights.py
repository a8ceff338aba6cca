"""Rights of films: what a list says of them is what the dataset's tables and card say."""

from pathlib import Path

from small_films import NO_CALLS, OPEN, context_of, write_small_film

from pegbar.workspace import Workspace
from tasks.curation.assemble import assemble
from tasks.curation.film import curate_film, see_film
from tasks.curation.pack import pack_group
from tasks.curation.sources.ingest import ingest


def test_what_a_list_says_reaches_the_card(tmp_path: Path) -> None:
    write_small_film(tmp_path, "one", (("Ruby",),))
    (tmp_path / "films.csv").write_text("source,source_id,licence,owner\none.mp4,tape 17,CC-BY-4.0,The Studio\n")
    workspace = Workspace.create(tmp_path / "workspace")
    with context_of(tmp_path / "home").open() as artifacts:
        (film,) = ingest(artifacts, [str(tmp_path / "films.csv")], licence="unknown", owner="me", config=OPEN.source)
        parts = curate_film(artifacts, see_film(artifacts, film, OPEN), OPEN, NO_CALLS)
        assemble(artifacts, workspace, [pack_group(artifacts, film.group, [parts])], OPEN)
    dataset = workspace.dataset()
    assert dataset.card.licences == {"CC-BY-4.0": 1}
    (row,) = dataset.films()
    assert (row.source, row.owner, row.licence) == ("tape 17", "The Studio", "CC-BY-4.0")
