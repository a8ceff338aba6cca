"""Which artifacts come from which, over any number of steps."""

from pathlib import Path

import pytest

from pegbar.artifacts import Manifest, Output
from pegbar.digests import digest_bytes
from pegbar.lineage import Lineage
from pegbar.store import LocalStoreConfig


def manifest(name: str, **inputs: str) -> Manifest:
    """An artifact of one file whose content is its name."""
    output = Output(path="out", size_bytes=len(name), sha256=digest_bytes(name.encode()))
    return Manifest(
        key=digest_bytes(f"key of {name}".encode()), step=name, step_version=1, inputs=inputs, config={},
        outputs=(output,), facts={},
    )  # fmt: skip


FILM = digest_bytes(b"film")
SURVEY = manifest("survey", film=FILM)
DETECT = manifest("detect", survey=SURVEY.digest)
PACK = manifest("pack", detect=DETECT.digest, film=FILM)
DATASET = manifest("dataset", shard=PACK.outputs[0].sha256)
OTHER = manifest("other", film=digest_bytes(b"another film"))
EVERYTHING = (SURVEY, DETECT, PACK, DATASET, OTHER)


@pytest.fixture
def lineage(tmp_path: Path) -> Lineage:
    store = LocalStoreConfig(root=tmp_path).build()
    for each in EVERYTHING:
        store.put_manifest(each.key, each.to_json())
    store.put_manifest("0" * 64, b"no manifest")
    return Lineage.of(store)


def keys(*manifests: Manifest) -> set[str]:
    return {each.key for each in manifests}


def test_what_a_film_became_is_found_through_digests_and_members(lineage: Lineage) -> None:
    assert lineage.derived_from({FILM}) == keys(SURVEY, DETECT, PACK, DATASET)
    assert lineage.derived_from({DETECT.digest}) == keys(PACK, DATASET)
    assert lineage.derived_from({digest_bytes(b"nobody's")}) == set()


def test_what_an_artifact_needs_is_found_back_to_the_first_step(lineage: Lineage) -> None:
    assert lineage.needed_by([DATASET.key]) == keys(SURVEY, DETECT, PACK, DATASET)
    assert lineage.needed_by([OTHER.key, "f" * 64]) == keys(OTHER)
