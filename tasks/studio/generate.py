"""Generates a story from a registered model: clips, the joined film, a contact sheet, and where it came from."""

from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from prefect import task
from pydantic import Field

from pegbar import progress
from pegbar.config import Config
from pegbar.digests import digest_file
from pegbar.files import write_bytes
from pegbar.media.encode import write_video
from pegbar.records import Record
from pegbar.steps import Facts, Step
from tasks.context import RunContext
from tasks.evaluation.card import VideoFacts
from tasks.evaluation.stories import decode_picture
from tasks.registry.facade import Registry
from tasks.registry.loading import load_version
from tasks.registry.records import RegisteredVersion
from tasks.studio.contact_sheet import Cell, Row, write_contact_sheet
from tasks.studio.story import StoryRequest

if TYPE_CHECKING:
    from pegbar.artifacts import Artifacts, Manifest

STEP = Step(name="generate", version=2)
STORY, FILM, SHEET = "story.json", "story.mp4", "contact_sheet.png"


class GenerateConfig(Config):
    """How a story is generated. None leaves the registered model's own sampler settings."""

    seed: int = 0
    num_shots: int = Field(default=4, ge=1, description="captions taken from the dataset; a story file has its own")
    num_inference_steps: int | None = Field(default=None, ge=1)
    guidance_scale: float | None = Field(default=None, ge=1)

    @property
    def params(self) -> dict[str, int | float]:
        """The sampler settings that are set."""
        chosen = {"num_inference_steps": self.num_inference_steps, "guidance_scale": self.guidance_scale}
        return {name: value for name, value in chosen.items() if value is not None}


class GeneratedStory(Record):
    """``story.json``: the lineage of a generated film; written last.

    Args:
        files: path -> sha256 of the film, the clips and the sheet.
    """

    model: str
    version: str
    model_digest: str
    data_revision: str
    dataset_digest: str
    origin: str
    captions: tuple[str, ...]
    reference_sha256: str
    seed: int
    params: dict[str, float]
    video: VideoFacts
    num_frames: int
    files: dict[str, str]


def generate_story(
    registry: Registry, model: str, request: StoryRequest, config: GenerateConfig, out: Path
) -> GeneratedStory:
    """Generate with the version that `model` (``NAME@champion``) means now; same version and seed, same bytes.

    Raises:
        NotFoundError: no such model, version or alias.
        IntegrityError: what was downloaded is not what was registered.
        DiskFullError: no space left. ReadOnlyError: no permission.
    """
    found = registry.resolve(model)
    with TemporaryDirectory() as scratch:
        progress.report("generate", 0, len(request.captions))
        loaded = load_version(found, Path(scratch))
        row = {"reference_png": request.reference_png, "captions": list(request.captions), "seed": config.seed}
        frames = loaded.predict(row, config.params)
        progress.report("generate", len(request.captions), len(request.captions))
    _write_media(out, found, request, frames, loaded.video)
    names = [FILM, SHEET, *(_clip(index) for index in range(len(frames)))]
    story = GeneratedStory(
        model=found.model,
        version=found.version,
        model_digest=found.model_digest,
        data_revision=found.data_revision,
        dataset_digest=found.dataset_digest,
        origin=request.origin,
        captions=request.captions,
        reference_sha256=request.reference_sha256,
        seed=config.seed,
        params={name: float(value) for name, value in config.params.items()},
        video=loaded.video,
        num_frames=int(frames.shape[0] * frames.shape[1]),
        files={name: digest_file(out / name) for name in names},
    )
    write_bytes(out / STORY, story.to_json())
    return story


def generate_artifact(
    artifacts: "Artifacts", registry: Registry, model: str, request: StoryRequest, config: GenerateConfig
) -> tuple["Manifest", GeneratedStory, Path]:
    """Generate once per (model version, story, configuration): return the artifact, the story and a local folder."""
    found = registry.resolve(model)
    inputs = {"model": found.model_digest, "version": f"{found.model}/{found.version}", "story": request.digest}

    def make(folder: Path) -> Facts:
        story = generate_story(registry, found.uri, request, config, folder)
        return {"num_frames": story.num_frames}

    manifest, _ = artifacts.run(STEP, inputs, config, make)
    folder = artifacts.fetch(manifest)
    return manifest, GeneratedStory.from_json((folder / STORY).read_bytes()), folder


def _write_media(
    out: Path, found: RegisteredVersion, request: StoryRequest, frames: NDArray[np.uint8], video: VideoFacts
) -> None:
    fps = Fraction(video.fps)
    for index, shot in enumerate(frames):
        write_video(out / _clip(index), iter(shot), fps)
    write_video(out / FILM, (frame for shot in frames for frame in shot), fps)
    reference = decode_picture(request.reference_png, "the reference")
    rows = [
        Row(
            f"shot {index + 1}",
            [
                Cell(reference, "reference"),
                *(Cell(shot[at], note) for at, note in ((0, "start"), (len(shot) // 2, "middle"), (-1, "end"))),
            ],
            caption,
        )
        for index, (shot, caption) in enumerate(zip(frames, request.captions, strict=True))
    ]
    write_contact_sheet(out / SHEET, f"{found.model}/{found.version}", rows)


def _clip(index: int) -> str:
    return f"shots/shot_{index + 1:02d}.mp4"


@task(name="generate")
def generate(
    context: RunContext, model: str, request: StoryRequest, config: GenerateConfig, out: Path
) -> GeneratedStory:
    """Generate a story once and leave a copy of its files in `out`."""
    with context.open() as artifacts:
        _, story, folder = generate_artifact(artifacts, Registry.open(artifacts.journal), model, request, config)
    for name in (*story.files, STORY):
        write_bytes(out / name, (folder / name).read_bytes())
    return story
