"""A trained model as a folder: its own weights as safetensors, its settings as JSON, its base by digest.

::

    animeshooter.json                                 ModelCard
    conditioner/model.safetensors                     queries and adapter
    mllm_lora/pytorch_lora_weights.safetensors        from stage 2 on
    transformer_lora/pytorch_lora_weights.safetensors stage 4
    base/                                             the base itself, in a packed model only
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from torch import Tensor

from models.adapters.config import Part
from models.adapters.files import FILE_NAME, load_adapter, save_adapter
from models.adapters.tensors import damaged, read_tensors, write_tensors
from models.animeshooter.base import folder_digest, load_base
from models.animeshooter.config import AnimeShooterConfig, VideoShape
from models.animeshooter.model import AnimeShooter
from pegbar.errors import IntegrityError, NotFoundError
from pegbar.files import disk_errors, write_bytes
from pegbar.records import Record

CARD_NAME = "animeshooter.json"
CONDITIONER = "conditioner/model.safetensors"
BASE_FOLDER = "base"
PARTS: tuple[Part, ...] = ("mllm", "transformer")


class ModelCard(Record):
    """What a model folder holds. `loras` are the parts that have a LoRA file."""

    config: AnimeShooterConfig
    video: VideoShape
    base_digest: str
    stage: str
    data_digest: str
    loras: tuple[Part, ...]


def lora_file(part: Part) -> str:
    """Return the path of a part's LoRA inside a model folder."""
    return f"{part}_lora/{FILE_NAME}"


def save_model(
    model: AnimeShooter, folder: Path, *, stage: str, data_digest: str, trained: Collection[Part] = PARTS
) -> None:
    """Write everything that is not the base; equal weights give equal bytes. The card is written last.

    Args:
        trained: the parts whose LoRA this stage trained; the others' headers keep the stage that did.

    Raises:
        DiskFullError, ReadOnlyError: the folder cannot be written.
    """
    write_tensors(folder / CONDITIONER, _own_state(model), {})
    for part, header in sorted(model.loras.items()):
        if part in trained:
            header = header.model_copy(update={"stage": stage, "data_digest": data_digest})
        save_adapter(model.part(part), folder / lora_file(part), header)
    card = ModelCard(
        config=model.config, video=model.video, base_digest=model.base_digest, stage=stage, data_digest=data_digest,
        loras=tuple(sorted(model.loras)),
    )  # fmt: skip
    write_bytes(folder / CARD_NAME, card.to_json())


def read_card(folder: Path) -> ModelCard:
    """Return a model folder's card.

    Raises:
        NotFoundError: there is none. ConfigurationError: it does not validate.
    """
    path = folder / CARD_NAME
    if not path.is_file():
        raise NotFoundError(f"no model in {folder}", remedy="train it again: pegbar train", subject=str(folder))
    return ModelCard.from_json(path.read_bytes())


def load_model(folder: Path, base: Path | None = None) -> AnimeShooter:
    """Load a model on its base, everything checked, in evaluation mode.

    Args:
        base: the base's folder; None looks for ``base/`` in the model folder itself.

    Raises:
        NotFoundError: no model or no base there.
        IntegrityError: another base than it was trained on, or weights that are damaged, partial or not finite.
    """
    card = read_card(folder)
    loaded = load_base(base or folder / BASE_FOLDER, card.config.frozen_dtype)
    if loaded.digest != card.base_digest:
        raise IntegrityError(
            f"model {folder.name} was trained on base {card.base_digest[:12]}, this one is {loaded.digest[:12]}",
            remedy="name the base it was trained on, or train it again",
            subject=str(folder),
        )
    model = AnimeShooter(loaded, card.config, card.video)
    _fill(model, folder / CONDITIONER)
    for part in card.loras:
        model.loras[part] = load_adapter(
            model.part(part), folder / lora_file(part), part=part, base_digest=loaded.digest
        )
    return model.eval()


def pack_model(folder: Path, base: Path, packed: Path) -> Path:
    """Copy a model and its base into one folder that loads by itself, and return it.

    Raises:
        IntegrityError: `base` is not the one it was trained on.
        DiskFullError, ReadOnlyError: `packed` cannot be written.
    """
    card = read_card(folder)
    if folder_digest(base) != card.base_digest:
        raise IntegrityError(f"{base} is not the base of {folder.name}", remedy="name the base it was trained on")
    with disk_errors(packed):
        packed.mkdir(parents=True, exist_ok=True)
        for name in (CONDITIONER, *(lora_file(part) for part in card.loras)):
            (packed / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(folder / name, packed / name)
        shutil.copytree(base, packed / BASE_FOLDER, copy_function=shutil.copyfile, dirs_exist_ok=True)
    write_bytes(packed / CARD_NAME, card.to_json())
    return packed


def _own_state(model: AnimeShooter) -> dict[str, Tensor]:
    adapter = {f"adapter.{name}": value for name, value in model.adapter.state_dict().items()}
    return {"queries": model.queries.detach(), **adapter}


def _fill(model: AnimeShooter, path: Path) -> None:
    state, _ = read_tensors(path)
    expected = {name: tuple(value.shape) for name, value in _own_state(model).items()}
    found = {name: tuple(value.shape) for name, value in state.items()}
    if found != expected:
        wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        raise damaged(path, f"does not fit its own settings: {len(wrong)} tensors differ, first {wrong[0]}")
    model.queries.data.copy_(state.pop("queries"))
    model.adapter.load_state_dict({name.removeprefix("adapter."): value for name, value in state.items()})
