"""What of a store is of certain films: every artifact made from them, by lineage, and the members nobody else uses."""

import re
from collections.abc import Collection, Iterator
from graphlib import TopologicalSorter

from pegbar.artifacts import Manifest
from pegbar.dataset import CARD_NAME
from pegbar.dataset.artifact import STEP as DATASET_STEP
from pegbar.dataset.artifact import dataset_key
from pegbar.lineage import Lineage
from pegbar.records import Record
from pegbar.versions.tombstones import Tombstone
from tasks.curation.edits.adopt import STEP as ADOPT_STEP
from tasks.curation.edits.adopt import group_of
from tasks.curation.pack import STEP as PACK_STEP
from tasks.curation.sources.source_film import GROUP_DIGITS

SHA256 = re.compile(r"[0-9a-f]{64}")
EVALUATE = "evaluate"  # the step; its films are named by the stories that were asked for


class Condemned(Record):
    """What goes from a store.

    Args:
        keys: of artifacts, each before what it was made from, so that whoever is stopped half-way finds the rest again.
        members: sha256 of every member that no artifact that stays is made of, or from.
    """

    keys: tuple[str, ...]
    members: tuple[str, ...]


def condemned_of(lineage: Lineage, tombstones: Collection[Tombstone], told: Collection[str] = ()) -> Condemned:
    """Return what of a store is of films that have tombstones.

    Args:
        told: keys of artifacts that were asked for in a film's words; their inputs do not lead to it.
    """
    # a dataset is made of the groups of all films: a way through it would lead from each film to every other
    steps = Lineage({key: one for key, one in lineage.manifests.items() if one.step != DATASET_STEP.name})
    holds = {key: one for key, one in steps.manifests.items() if key in told or _holds(one, tombstones)}
    films = {stone.sha256 for stone in tombstones}
    keys = holds.keys() | steps.derived_from({*films, *(one.digest for one in holds.values())})
    stays = [one for key, one in steps.manifests.items() if key not in keys]
    gone = films | {sha256 for key in keys for sha256 in (*_members(steps.manifests[key]), *_scripts(steps, key))}
    gone -= {sha256 for one in stays for sha256 in (*_members(one), *one.inputs.values())}
    held = {dataset_key(version.dataset_digest) for stone in tombstones for version in stone.versions}
    theirs = frozenset(gone)
    for key in lineage.manifests.keys() - steps.manifests.keys():
        dataset = lineage.manifests[key]
        if key in held or not theirs.isdisjoint(dataset.inputs.values()):
            keys |= {key}
            gone |= {output.sha256 for output in dataset.outputs if _is_of(output.path, tombstones)}
        else:
            stays.append(dataset)
    gone -= {sha256 for one in stays for sha256 in _members(one)}
    return Condemned(keys=tuple(_consumers_first(lineage, keys)), members=tuple(sorted(gone)))


def _holds(one: Manifest, tombstones: Collection[Tombstone]) -> bool:
    """Tell whether an artifact holds a film by what it is, also where no digest leads to it from the film's bytes.

    A group that was packed with it; one that was taken from a version that held it; an evaluation whose sheet shows its
    references.
    """
    if one.step == PACK_STEP.name:
        return any(stone.film_id in one.inputs for stone in tombstones)
    if one.step == ADOPT_STEP.name:
        return any(
            one.inputs["group"] == stone.film_id[:GROUP_DIGITS] and one.inputs["dataset"] == version.dataset_digest
            for stone in tombstones
            for version in stone.versions
        )
    shown = [output.path.removeprefix("films/") for output in one.outputs] if one.step == EVALUATE else []
    return any(stone.concerns(name) for stone in tombstones for name in shown)


def _members(manifest: Manifest) -> set[str]:
    return {output.sha256 for output in manifest.outputs}


def _scripts(steps: Lineage, key: str) -> Iterator[str]:
    """Yield the script that an annotation was made from; no artifact made it."""
    inputs = steps.manifests[key].inputs.items()
    return (value for name, value in inputs if name == "script" and SHA256.fullmatch(value))


def _is_of(path: str, tombstones: Collection[Tombstone]) -> bool:
    """Tell whether a dataset's file is its card, or of a group that held a film."""
    return path == CARD_NAME or any(group_of(path) == stone.film_id[:GROUP_DIGITS] for stone in tombstones)


def _consumers_first(lineage: Lineage, keys: set[str]) -> Iterator[str]:
    makers: dict[str, set[str]] = {}
    for key in keys:
        one = lineage.manifests[key]
        for name in (key, one.digest, *(_members(one) if one.step != DATASET_STEP.name else ())):
            makers.setdefault(name, set()).add(key)
    made_from = {
        key: {maker for value in lineage.manifests[key].inputs.values() for maker in makers.get(value, ())}
        for key in sorted(keys)
    }
    return reversed(list(TopologicalSorter(made_from).static_order()))
