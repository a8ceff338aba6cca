"""A patch into a version: adopted, edited, staged, judged, and only then moved in: a refusal changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from prefect import task
from pydantic import ValidationError

from expectations.gate import GateConfig, GateReport, run_gate
from pegbar.artifacts import Artifacts
from pegbar.dataset import CARD_NAME, Dataset, DatasetCard
from pegbar.errors import ConfigurationError, ConflictError, GateFailedError, InputError, IntegrityError, NotFoundError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.curation.assemble import STAGING, Staged, files_of, is_there, move_in, stage
from tasks.curation.config import CurateConfig
from tasks.curation.edits.adopt import Adopted, adopt, group_of, stale
from tasks.curation.edits.config import EditConfig
from tasks.curation.edits.group import edit_group, no_group
from tasks.curation.edits.kept import keep_patch, kept_patches, kept_path, unversioned
from tasks.curation.edits.patch import AcceptedPatch, SignedEdit
from tasks.curation.pack import PackedGroup

MAX_PROBLEMS = 8


def edit_version(artifacts: Artifacts, workspace: Workspace, patch: AcceptedPatch) -> Adopted:
    """Return the version's card and the groups that the patch changes, edited.

    Raises:
        NotFoundError: there is no dataset. ConflictError: the patch was written against another version.
        InputError: some edit cannot be applied; each is named with its reason.
    """
    _check_base(workspace, patch)
    edits = _by_group(patch.signed())
    adopted = adopt(artifacts, workspace.data, patch.patch.dataset, edits)
    config = EditConfig.of(adopted.card.config)
    done = [edit_group(artifacts, group, edits[group.group], config) for group in adopted.groups]
    refused = [one for _, some in done for one in some]
    if refused:
        more = f"; and {len(refused) - MAX_PROBLEMS} more" if len(refused) > MAX_PROBLEMS else ""
        raise InputError(
            f"{len(refused)} of {len(patch.patch.edits)} edits cannot be applied, so none is: "
            f"{'; '.join(refused[:MAX_PROBLEMS])}{more}",
            remedy="correct the patch, then: pegbar data edit PATCH",
        )
    return Adopted(card=adopted.card, groups=tuple(group for group, _ in done))


def edit_packed(
    artifacts: Artifacts, workspace: Workspace, groups: Sequence[PackedGroup], config: EditConfig
) -> list[PackedGroup]:
    """Apply every patch that the workspace accepted to groups fresh from their films, in order of the groups' names.

    An edit whose item is no longer there, or no longer fits, becomes a decision that says so, also where its film, and
    so perhaps its whole group, is gone.
    """
    edits = _by_group(edit for patch in kept_patches(workspace) for edit in patch.signed())
    names = {group.group for group in groups}
    everything = [*groups, *(no_group(name) for name in edits if name not in names)]
    return [
        edit_group(artifacts, group, edits[group.group], config)[0] if group.group in edits else group
        for group in sorted(everything, key=lambda group: group.group)
    ]


def stage_edited(artifacts: Artifacts, workspace: Workspace, edited: Adopted) -> Staged:
    """Lay the dataset with these groups changed out beside the present one, untouched files as links to where they lie.

    Args:
        edited: the groups as they shall be (without files, one is gone), and the card of the version they were of.

    Raises:
        IntegrityError: an untouched file is damaged. ConflictError: the dataset became another one meanwhile.
    """
    changed = {group.group for group in edited.groups}
    untouched = {path: sha256 for path, sha256 in edited.card.files.items() if group_of(path) not in changed}
    damaged = next((path for path, sha256 in untouched.items() if not is_there(workspace, path, sha256)), None)
    if damaged is not None:
        raise IntegrityError(
            f"{damaged} is missing or differs from the card", remedy="pegbar data pull", subject=damaged
        )
    wanted = dict(sorted((untouched | files_of(artifacts, edited.groups)).items()))
    staged = stage(artifacts, workspace, wanted, edited.card.config)
    there = _present(workspace)
    if there not in (None, edited.card.digest, staged.card.digest):
        raise stale(edited.card.digest, there)
    staging = workspace.root / STAGING
    with disk_errors(staging):
        for path in wanted.keys() - set(staged.missing):
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).symlink_to(workspace.data / path)
        write_bytes(staging / CARD_NAME, staged.card.to_json())
    return staged


def judge_staged(workspace: Workspace, staged: Staged, accepts_drift: bool) -> GateReport:
    """Judge the dataset that could be, with the limits it was curated under.

    Raises:
        GateFailedError: naming the checks that did not pass; the dataset is as it was.
    """
    report = staged_report(workspace, staged, accepts_drift)
    if not report.passed:
        failed = "; ".join(
            f"{reason.check}: {reason.message} {', '.join(reason.item_ids[:3])}".rstrip()
            for reason in report.reasons
            if reason.severity == "critical"
        )
        raise GateFailedError(
            f"the gate refused the edited dataset, and the one before stays: {failed}",
            remedy="correct the patch (or, for drift that is meant, add --accept-drift), then: pegbar data edit PATCH",
            subject=report.subject,
        )
    return report


def staged_report(workspace: Workspace, staged: Staged, accepts_drift: bool) -> GateReport:
    """Return what the gate says of the dataset that could be, with the limits it was curated under."""
    config = _gate_config(staged.card, accepts_drift)
    return run_gate(
        Dataset(workspace.root / STAGING), workspace.previous_card(staged.card.digest), workspace.gate, config
    )


def accept(workspace: Workspace, patch: AcceptedPatch, staged: Staged) -> None:
    """Keep the patch, then make the staged dataset the workspace's; killed between, the same command goes on."""
    keep_patch(workspace, patch)
    fault_point("edit:accepted")
    move_in(workspace, staged)


def _gate_config(card: DatasetCard, accepts_drift: bool) -> GateConfig:
    try:
        config = GateConfig.model_validate(card.config.get("gate", {}))
    except ValidationError as error:
        raise ConfigurationError.from_validation("GateConfig", error) from error
    return config.but(drift=config.drift.but(accept=accepts_drift))


def _check_base(workspace: Workspace, patch: AcceptedPatch) -> None:
    """Refuse a patch against another version, unless it was accepted already and its run was killed."""
    mine = kept_path(workspace, patch)
    others = [path for path in unversioned(workspace) if path != mine]
    if others:
        raise ConflictError(
            f"the run that accepted {others[0].name} did not come to its end",
            remedy="pegbar resume",
            subject=others[0].name,
        )
    if mine is None and Dataset(workspace.data).digest != patch.patch.dataset:
        raise stale(patch.patch.dataset, Dataset(workspace.data).digest)


def _present(workspace: Workspace) -> str | None:
    """Return the digest of the dataset that lies there, None where its card is gone."""
    try:
        return Dataset(workspace.data).digest
    except NotFoundError:
        return None


def _by_group(edits: Iterable[SignedEdit]) -> dict[str, list[SignedEdit]]:
    found: dict[str, list[SignedEdit]] = defaultdict(list)
    for signed in edits:
        found[signed.edit.group].append(signed)
    return dict(found)


@task(name="edit-groups")
def edit_groups(context: RunContext, patch: AcceptedPatch) -> Adopted:
    """Edit the groups that a patch changes (see `edit_version`)."""
    with context.open() as artifacts:
        return edit_version(artifacts, Workspace.open(context.workspace), patch)


@task(name="stage-edited")
def stage_edited_groups(context: RunContext, edited: Adopted) -> Staged:
    """Lay the edited dataset out (see `stage_edited`)."""
    with context.open() as artifacts:
        return stage_edited(artifacts, Workspace.open(context.workspace), edited)


@task(name="gate-edited")
def gate_edited(context: RunContext, staged: Staged, accepts_drift: bool) -> GateReport:
    """Judge the edited dataset (see `judge_staged`)."""
    return judge_staged(Workspace.open(context.workspace), staged, accepts_drift)


@task(name="accept-edited")
def accept_edited(context: RunContext, patch: AcceptedPatch, staged: Staged) -> None:
    """Keep the patch and move the edited dataset in (see `accept`)."""
    workspace = Workspace.open(context.workspace)
    accept(workspace, patch, staged)
    workspace.dataset().verify()


@task(name="apply-edits")
def apply_edits_again(context: RunContext, groups: list[PackedGroup], config: CurateConfig) -> list[PackedGroup]:
    """Apply the workspace's edits to groups fresh from their films (see `edit_packed`)."""
    with context.open() as artifacts:
        workspace = Workspace.open(context.workspace)
        return edit_packed(artifacts, workspace, groups, EditConfig.of(config.model_dump(mode="json")))
