"""``pegbar data review`` and ``agreement``: a sample to a page, people's verdicts back, and what they say."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pegbar.cli.console import figure, progress_bars, say_json

if TYPE_CHECKING:
    from pegbar.dataset import Dataset
    from tasks.studio.review.agreement import Agreement, Objection, Share

WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The dataset's folder.")]
QUESTION_COLUMNS = ("of a", "question", "yes, if kept", "yes, if left out", "unsure", "people agree", "kappa", "alpha")
MACHINE_COLUMNS = ("people and dataset", "both keep", "only dataset", "only people", "neither", "agree", "kappa")
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def review(
    workspace: WorkspaceOption = Path(),
    stories: Annotated[int | None, typer.Option("--stories", min=0, help="How many; 12 unless said.")] = None,
    references: Annotated[int | None, typer.Option("--references", min=0, help="How many; 24 unless said.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed draws another sample.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the page; made if missing.")] = Path("review"),
    as_json: JsonOption = False,
) -> None:
    """Write a page on which a person judges a sample of stories and references; no server, nothing leaves it."""
    from pegbar.workspace import Workspace
    from tasks.studio.review.page import ReviewConfig, write_review

    asked = {"num_stories": stories, "num_references": references, "seed": seed}
    config = ReviewConfig().but(**{name: value for name, value in asked.items() if value is not None})
    dataset = Workspace.open(workspace).dataset()
    with progress_bars():
        page, sample = write_review(dataset, config, out)
    if as_json:
        say_json({"page": str(page), **sample.model_dump(mode="json")})
        return
    counts = {
        kind: sum(item.item_kind == kind for item in sample.items) for kind in ("story", "reference", "character")
    }
    typer.echo(
        f"{page}: {counts['story']} stories, {counts['reference']} references, "
        f"{counts['character']} characters without one\n"
        f"  next: open it, answer, save; then pegbar data agreement verdicts-*.json"
    )


def agreement(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Verdict files, one per reviewer.")],
    workspace: WorkspaceOption = Path(),
    patch: Annotated[
        Path | None, typer.Option("--patch", help="Also write objections as a patch to start from.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Report what people say of the dataset: shares of yes, agreement with it and with each other, objections."""
    from pegbar.workspace import Workspace
    from tasks.studio.review.agreement import agreement_of
    from tasks.studio.review.verdicts import read_all

    dataset = Workspace.open(workspace).dataset()
    report = agreement_of(read_all(files, dataset), dataset)
    if patch is not None:
        _write_patch(report, dataset, patch)
    if as_json:
        say_json(report.model_dump(mode="json"))
        return
    _show(report)


def _write_patch(report: "Agreement", dataset: "Dataset", path: Path) -> None:
    import json

    from pegbar.files import write_text
    from tasks.studio.review.patch import patch_of

    edits = patch_of(report, dataset)
    if edits is None:
        typer.echo("no objection that a patch could mend: no patch is written", err=True)
        return
    write_text(path, json.dumps(edits, ensure_ascii=False, indent=2) + "\n")
    typer.echo(f"{path}: correct it or take out edits, then: pegbar data edit {path}", err=True)


def _show(report: "Agreement") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    people = ", ".join(report.reviewers)
    console.print(f"dataset {report.dataset_digest[:12]}, {report.num_items} items, by {people}", markup=False)
    questions = Table(*QUESTION_COLUMNS, box=None)
    for one in report.questions:
        questions.add_row(
            one.item_kind, one.text, _share(one.kept), _share(one.left_out), str(one.num_unsure),
            _percent(one.agreement), _figure(one.kappa), _figure(one.alpha),
        )  # fmt: skip
    console.print(questions)
    machine = Table(*MACHINE_COLUMNS, box=None)
    for two in report.machine:
        counts = (two.kept_yes, two.kept_no, two.left_out_yes, two.left_out_no)
        machine.add_row(two.item_kind, *map(str, counts), _percent(two.agreement), _figure(two.kappa))
    console.print(machine)
    for objection in report.objections:
        console.print(_told(objection), markup=False)


def _told(one: "Objection") -> str:
    from pegbar.media.names import printable

    against = "; ".join(f"{question}: {', '.join(people)}" for question, people in one.questions.items())
    marked = f"; marked {', '.join(one.marked_shot_ids)}" if one.marked_shot_ids else ""
    said = "".join(f"\n    {who}: {printable(comment)}" for who, comment in one.comments.items())
    return f"{one.item_kind} {one.item_id} ({one.stratum}) {against}{marked}{said}"


def _share(share: "Share") -> str:
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return f"{share.share:.0%} of {share.num_yes + share.num_no} ({share.low:.0%} to {share.high:.0%})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _figure(value: float | None) -> str:
    return "–" if value is None else figure(value)
