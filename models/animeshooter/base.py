"""The frozen base: a CogVideoX pipeline folder with an MLLM in ``mllm/``, loaded by ``from_pretrained``."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
from safetensors import SafetensorError

from pegbar.digests import digest_file, digest_of
from pegbar.errors import IntegrityError, NotFoundError

if TYPE_CHECKING:
    from diffusers import CogVideoXPipeline
    from transformers import (
        PreTrainedTokenizerBase,
        Qwen2_5_VLForConditionalGeneration,
        Qwen2VLImageProcessorPil,
    )

MLLM_FOLDER = "mllm"
PIPELINE_INDEX = "model_index.json"
Precision = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Base:
    """The frozen parts as loaded, in evaluation mode, and the digest of the folder they came from."""

    pipeline: "CogVideoXPipeline"
    mllm: "Qwen2_5_VLForConditionalGeneration"
    mllm_tokenizer: "PreTrainedTokenizerBase"
    image_processor: "Qwen2VLImageProcessorPil"
    digest: str


def folder_digest(folder: Path) -> str:
    """Return the digest over every visible file's relative path and sha256.

    Raises:
        NotFoundError: the folder is missing or holds no file.
    """
    files = {
        path.relative_to(folder).as_posix(): digest_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
    if not files:
        raise NotFoundError(
            f"{folder} holds no model files", remedy="train it again: pegbar train", subject=str(folder)
        )
    return digest_of(files)


def load_base(folder: Path, precision: Precision = "float32") -> Base:
    """Load a toon-nano base, or CogVideoX-2B with Qwen2.5-VL in ``mllm/``, by one and the same code.

    Raises:
        NotFoundError: the folder is not such a base.
        IntegrityError: a file in it does not load.
    """
    for needed in (PIPELINE_INDEX, f"{MLLM_FOLDER}/config.json"):
        if not (folder / needed).is_file():
            raise NotFoundError(
                f"{folder} is not a base model: {needed} is missing",
                remedy="train it again: pegbar train",
                subject=str(folder),
            )
    digest = folder_digest(folder)
    try:
        return _load(folder, precision, digest)
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise IntegrityError(
            f"the base model in {folder} does not load: {error}",
            remedy="make it again: pegbar train",
            subject=str(folder),
        ) from error


def quiet_progress_bars() -> None:
    """Turn off the bars that transformers and diffusers draw while they load and save."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()


def _load(folder: Path, precision: Precision, digest: str) -> Base:
    from diffusers import CogVideoXPipeline
    from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration, Qwen2VLImageProcessorPil

    quiet_progress_bars()
    dtype = getattr(torch, precision)
    pipeline = CogVideoXPipeline.from_pretrained(folder, dtype=dtype, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    mllm = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder / MLLM_FOLDER, dtype=dtype, local_files_only=True)
    for module in (pipeline.vae, pipeline.transformer, pipeline.text_encoder, mllm):
        module.requires_grad_(False)
        module.eval()
    return Base(
        pipeline=pipeline,
        mllm=mllm,
        mllm_tokenizer=AutoTokenizer.from_pretrained(folder / MLLM_FOLDER, local_files_only=True),
        image_processor=Qwen2VLImageProcessorPil.from_pretrained(folder / MLLM_FOLDER, local_files_only=True),
        digest=digest,
    )
