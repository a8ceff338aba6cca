"""What stays in a store, reason by reason, on manifests written by hand."""

from dataclasses import replace

from pegbar.artifacts import Manifest, Output
from pegbar.digests import digest_of
from pegbar.journal import Run, StepRow
from pegbar.lineage import Lineage
from tasks.storage.keeping import Claims, KeepConfig, Model, kept_artifacts, needed_members

NOW, OLD, DAY = 1_000_000_000.0, 900_000_000.0, 86_400.0
FILM, REJECTED, GONE = (digest_of(name) for name in ("film", "rejected", "gone"))


class Drawn:
    """A lineage that grows step by step, everything old and of one workspace unless told otherwise."""

    def __init__(self) -> None:
        self.manifests: dict[str, Manifest] = {}
        self.rows: dict[str, StepRow] = {}

    def add(
        self, step: str, name: str, inputs: dict[str, str], at: float | None = OLD, run_id: str = "r0",
        workspace: str = "ws", **outputs: str,
    ) -> Manifest:  # fmt: skip
        key = digest_of([step, name])
        made = tuple(
            Output(path=path.replace("_", "."), size_bytes=1, sha256=digest_of(content))
            for path, content in (outputs or {"out": name + step}).items()
        )
        manifest = Manifest(key=key, step=step, step_version=1, inputs=inputs, config={}, outputs=made, facts={})
        self.manifests[key] = manifest
        if at is not None:
            self.rows[key] = StepRow(
                key=key, step=step, version=1, manifest_sha256=manifest.digest, workspace=workspace, owner="me",
                run_id=run_id, recorded_at=at,
            )  # fmt: skip
        return manifest

    def film(self, name: str, sha256: str, at: float = OLD) -> tuple[Manifest, Manifest]:
        survey = self.add("survey", name, {"film": sha256}, at)
        return survey, self.add("measure", name, {"survey": survey.digest}, at)

    def kept(self, **claims: object) -> dict[str, str]:
        nothing = Claims(rows=self.rows, runs=(), datasets=(), models=(), elsewhere=(), now=NOW)
        kept = kept_artifacts(Lineage(self.manifests), replace(nothing, **claims), KeepConfig())  # type: ignore[arg-type]
        return {f"{self.manifests[key].step} {self._name(key)}": reason for key, reason in kept.items()}

    def _name(self, key: str) -> str:
        step = self.manifests[key].step
        return next(name for name in "abcdefgh" if digest_of([step, name]) == key)


def run(run_id: str, outcome: str | None, at: float, host: str = "here") -> Run:
    return Run.model_validate(
        {
            "run_id": run_id, "flow": "curate", "recipe": {}, "workspace": "/ws", "owner": "me", "outcome": outcome,
            "pid": 1, "host": host, "process_started_at": 0.0, "attempts": 1, "started_at": at, "heartbeat_at": at,
            "finished_at": None, "error": "", "links": {},
        }
    )  # fmt: skip


def test_nothing_old_stays_that_nobody_needs() -> None:
    drawn = Drawn()
    drawn.film("a", GONE)
    assert drawn.kept() == {}


def test_a_dataset_keeps_what_it_was_made_from_and_of_its_rejected_films_what_was_measured() -> None:
    drawn = Drawn()
    survey, measure = drawn.film("a", FILM)
    drawn.film("b", REJECTED)
    drawn.film("c", GONE)
    clips = drawn.add("clips", "a", {"film": FILM, "survey": survey.digest})
    drawn.add("clips", "b", {"film": REJECTED})
    inputs = {"group": "00", "f/film": FILM, "r/film": REJECTED, "f/clips": clips.digest, "f/sift": measure.digest}
    pack = drawn.add("pack", "a", inputs, shard_tar="shard", tables="table")
    older = drawn.add("pack", "b", {"group": "00", "g/film": GONE}, shard_tar="older shard", tables="table")
    files = {output.sha256 for output in pack.outputs}
    drawn.add("dataset", "a", {output.path: output.sha256 for output in pack.outputs})
    drawn.add("dataset", "b", {output.sha256: output.sha256 for output in (*older.outputs, *pack.outputs)})
    assert drawn.kept(datasets=[files]) == {
        "dataset a": "dataset",
        "pack a": "dataset",
        "clips a": "dataset",
        "survey a": "dataset",
        "measure a": "dataset",
        "survey b": "measured",
        "measure b": "measured",
    }


def test_of_a_film_measured_twice_the_newest_stays() -> None:
    drawn = Drawn()
    drawn.film("a", REJECTED)
    drawn.film("b", REJECTED, OLD + 1)
    pack = drawn.add("pack", "a", {"r/film": REJECTED}, shard_tar="shard")
    kept = drawn.kept(datasets=[{pack.outputs[0].sha256}])
    assert kept == {"pack a": "dataset", "survey b": "measured", "measure b": "measured"}


def test_a_registered_model_keeps_its_stages_and_its_evidence_and_not_its_dataset() -> None:
    drawn = Drawn()
    base = drawn.add("base", "a", {})
    first = drawn.add("train", "a", {"base": base.digest, "parent": "", "dataset": digest_of("d")})
    second = drawn.add("train", "b", {"base": base.digest, "parent": first.digest, "dataset": digest_of("d")})
    drawn.add("train", "c", {"base": base.digest, "parent": first.digest, "dataset": digest_of("d")})
    drawn.add("evaluate", "a", {"model": digest_of("m"), "dataset": digest_of("d")})
    drawn.add("evaluate", "b", {"model": digest_of("other"), "dataset": digest_of("d")})
    drawn.add("generate", "a", {"model": digest_of("m")})
    kept = drawn.kept(models=[Model(second.key, digest_of("m"))])
    assert kept == dict.fromkeys(("base a", "train a", "train b", "evaluate a"), "model")


def test_what_is_young_or_of_a_run_that_may_go_on_stays_with_what_it_was_made_from() -> None:
    drawn = Drawn()
    young, _ = drawn.film("a", FILM)
    drawn.add("clips", "a", {"survey": young.digest}, NOW - 13 * DAY)
    drawn.add("clips", "b", {"film": FILM}, NOW - 15 * DAY)
    drawn.add("probe", "c", {"film": FILM}, run_id="killed")
    drawn.add("probe", "d", {"film": FILM}, run_id="given up")
    drawn.add("probe", "e", {"film": FILM}, run_id="done")
    drawn.add("probe", "f", {"film": FILM}, run_id="going")
    runs = [
        run("killed", "killed", NOW - 13 * DAY),
        run("given up", "failed", NOW - 15 * DAY),
        run("done", "completed", NOW),
        run("going", None, OLD),
    ]
    assert drawn.kept(runs=runs) == {"clips a": "recent", "survey a": "recent", "probe c": "run", "probe f": "run"}


def test_a_young_dataset_keeps_its_groups() -> None:
    drawn = Drawn()
    pack = drawn.add("pack", "a", {"group": "00"}, shard_tar="shard")
    drawn.add("dataset", "a", {"shards/00.tar": pack.outputs[0].sha256}, NOW)
    assert drawn.kept() == {"dataset a": "recent", "pack a": "recent"}


def test_what_cannot_be_judged_from_here_stays() -> None:
    drawn = Drawn()
    drawn.add("probe", "a", {"film": FILM}, at=None)
    drawn.add("probe", "b", {"film": FILM}, workspace="theirs")
    assert drawn.kept(elsewhere={"theirs"}) == {"probe a": "unregistered", "probe b": "elsewhere"}


def test_kept_artifacts_need_their_members_and_the_films_they_were_made_from() -> None:
    drawn = Drawn()
    probe = drawn.add("probe", "a", {"film": FILM})
    drawn.add("probe", "b", {"film": GONE})
    assert needed_members(drawn.manifests, [probe.key]) == {FILM, probe.outputs[0].sha256}
