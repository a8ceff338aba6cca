"""The run's page: figures by hand, hostile names harmless, every picture there, drawn in a real browser."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pegbar.records import Decision
from tasks.studio.report import (
    FilmRow,
    GateVerdict,
    HistoryRow,
    NewStory,
    ReferenceCard,
    ReportData,
    Scores,
    ShotCell,
    StageCurve,
    StoryScore,
    curve_points,
    funnel_of,
    write_report,
)

CHROMIUM = shutil.which("chromium")
HOSTILE = "<script>document.title='owned'</script>"


def decisions() -> list[Decision]:
    rejected = {"outcome": "rejected", "reason": "no mask is large enough"}
    return [
        Decision(item_id="c1", item_kind="character", gate="references", outcome="kept"),
        Decision(item_id="c2", item_kind="character", gate="references", **rejected),  # type: ignore[arg-type]
        Decision(item_id="c3", item_kind="character", gate="references", **rejected),  # type: ignore[arg-type]
        Decision(item_id="f1", item_kind="film", gate="probe", outcome="kept"),
        Decision(item_id="f2", item_kind="film", gate="probe", outcome="failed_permanent", reason="empty"),
    ]


@pytest.fixture
def data(tmp_path: Path) -> ReportData:
    from PIL import Image

    picture, video = tmp_path / "a.png", tmp_path / "story.mp4"
    Image.new("RGB", (64, 48), (200, 80, 60)).save(picture)
    video.write_bytes(b"not looked at here")
    cell = ShotCell(seconds=2, start_seconds=0, transition_in="start", kept=True, title=HOSTILE, thumbnail=picture)
    return ReportData(
        title="A run",
        run_id="r1",
        data_revision="0" * 40,
        dataset_digest="1" * 64,
        story=NewStory(
            model_uri="models:/m@champion",
            model_version="1",
            seed=7,
            is_untrained=True,
            video=video,
            contact_sheet=picture,
            captions=(HOSTILE,),
        ),
        funnel=funnel_of(decisions()),
        films=(FilmRow(name=HOSTILE, duration_seconds=2, is_annotated=False, shots=(cell,)),),
        references=(
            ReferenceCard(name="Fox", appearance="red", image=picture, mask_area_share=0.3, score=0.5, backend="x"),
        ),
        stages=(StageCurve(name="single-shot", loss_name="MSE", losses=(4.0, 2.0, 1.0), num_trainable=1234),),
        scores=Scores(
            embedder="e",
            mean=0.8,
            harmeanp=0.64,
            stories=(StoryScore(name="s", shots=(0.8,), mean=0.8, harmeanp=0.64),),
        ),
        gates=(GateVerdict(name="dataset", passed=False, reasons=("shots.gap: a gap",)),),
        history=(HistoryRow(action="promoted", from_version=None, to_version="1", actor="me", reason="why"),),
    )


def test_the_funnel_counts_in_the_order_of_the_pipeline() -> None:
    probe, references = funnel_of(decisions())
    assert (probe.gate, probe.items, probe.total, probe.kept, probe.failed) == ("probe", "films", 2, 1, 1)
    assert (references.kept, references.rejected) == (1, 2)
    assert [(reason.text, reason.count) for reason in references.reasons] == [("no mask is large enough", 2)]


def test_the_curve_spans_the_chart_with_the_lowest_loss_at_the_bottom() -> None:
    assert curve_points([4.0, 2.5, 1.0]) == "44.0,12.0 167.0,67.0 290.0,122.0"
    assert curve_points([3.0]) == "44.0,122.0"


def test_the_page_has_every_picture_and_no_script(data: ReportData, tmp_path: Path) -> None:
    page = write_report(data, tmp_path / "out").read_text()
    assets = sorted(path.name for path in (tmp_path / "out" / "assets").iterdir())
    assert len(assets) == 2  # the film, and one picture that is shown three times
    assert all(f"assets/{name}" in page for name in assets)
    assert "<script" not in page
    assert "0.6400" in page


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_draws_the_page_without_missing_pictures(data: ReportData, tmp_path: Path) -> None:
    page = write_report(data, tmp_path / "out")
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--virtual-time-budget=2000",
        "--dump-dom",
        page.as_uri(),
    ]
    drawn = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "<title>A run</title>" in drawn
    assert "passed" not in drawn.split("Gates and promotion")[1].split("</table>")[0]
