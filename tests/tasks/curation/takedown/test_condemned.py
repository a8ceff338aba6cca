"""Which artifacts and members go with a film, and which of its neighbours' never do."""

from pegbar.artifacts import Manifest, Output
from pegbar.dataset.artifact import dataset_key
from pegbar.lineage import Lineage
from pegbar.versions.tombstones import HeldVersion, Tombstone
from tasks.curation.takedown.condemned import condemned_of

FILM, OTHER = "ab".ljust(64, "1"), "ab".ljust(64, "2")
STONE = Tombstone(
    film_id=FILM[:16], sha256=FILM, name="fox.mp4", source="fox.mp4", removed_by="Ann", removed_at="", reason="r",
    taken_from="", versions=(
        HeldVersion(revision="r", pointer="p", dataset_digest="d" * 64, could_be_learnt=True),
    ),
)  # fmt: skip


def made(name: str, step: str, inputs: dict[str, str], **outputs: str) -> Manifest:
    return Manifest(
        key=name.ljust(64, "0"), step=step, step_version=1, inputs=inputs, config={}, facts={},
        outputs=tuple(
            Output(path=path.replace("__", "/").replace("_tar", ".tar").replace("_json", ".json"), size_bytes=1,
                   sha256=member.ljust(64, "9"))
            for path, member in outputs.items()
        ),
    )  # fmt: skip


def condemned(*manifests: Manifest) -> tuple[list[str], set[str]]:
    found = condemned_of(Lineage({one.key: one for one in manifests}), [STONE])
    return [key.rstrip("0") for key in found.keys], {member.rstrip("9") for member in found.members if member != FILM}


def test_what_was_made_from_the_film_goes_consumers_first_and_shared_members_stay() -> None:
    script = "5c".ljust(64, "9")
    survey = made("f1", "survey", {"film": FILM}, a="a1", empty="e0")
    told = made("f2", "annotate", {"detection": survey.digest, "script": script}, b="b1")
    clips = made("f3", "clips", {"told": told.digest}, c="c1")
    near = made("f4", "survey", {"film": OTHER}, a="a2", empty="e0")
    assert condemned(clips, survey, near, told) == (["f3", "f2", "f1"], {"a1", "b1", "c1", "5c"})
    shared = made("f5", "annotate", {"detection": near.digest, "script": script}, b="b2")
    assert condemned(clips, survey, near, told, shared) == (["f3", "f2", "f1"], {"a1", "b1", "c1"})


def test_groups_and_datasets_that_held_it_go_and_others_stay() -> None:
    packed = made("f1", "pack", {FILM[:16]: "x", "group": "ab"}, tables__films="f7", shard_tar="51")
    adopted = made("f2", "adopt", {"dataset": "d" * 64, "group": "ab"}, tables__films="f7", shard_tar="51")
    edited = made("f3", "edit", {"group": adopted.digest, "name": "ab"}, tables__films="f8", shard_tar="52")
    left = made("f4", "remove", {"group": "opaque", OTHER[:16]: OTHER}, tables__films="f9", shard_tar="53")
    far = made("f5", "pack", {"cd" + "0" * 14: "y", "group": "cd"}, shard_tar="54")
    elsewhere = made("f6", "adopt", {"dataset": "d" * 64, "group": "cd"}, shard_tar="54")
    files = {name: member.ljust(64, "9") for name, member in {"shards/cd-0000.tar": "54"}.items()}
    held = made("x", "dataset", {**files, "shards/ab-0000.tar": "51".ljust(64, "9")}, card_json="ca1", f="51", g="54")
    held = held.model_copy(update={"key": dataset_key("d" * 64)})
    clean = made("f8", "dataset", {**files, "shards/ab-0000.tar": "53".ljust(64, "9")}, card_json="ca2", f="53", g="54")
    keys, members = condemned(packed, adopted, edited, left, far, elsewhere, held, clean)
    assert set(keys) == {"f1", "f2", "f3", held.key.rstrip("0")}
    assert members == {"f7", "51", "f8", "52", "ca1"}


def test_an_evaluation_that_asked_for_its_stories_goes_and_models_stay() -> None:
    shows = made("f1", "evaluate", {"model": "m", "dataset": "d" * 64}, contact_sheet="a1")
    film = Output(path=f"films/{FILM[:16]}-000-seed0.mp4", size_bytes=1, sha256="b1".ljust(64, "9"))
    shows = shows.model_copy(update={"outputs": (*shows.outputs, film)})
    other = made("f2", "evaluate", {"model": "m", "dataset": "d" * 64}, contact_sheet="a2")
    model = made("f3", "train", {"dataset": "d" * 64}, weights="a3")
    assert condemned(shows, other, model) == (["f1"], {"a1", "b1"})
