"""PP-OCR's text detection network, with the weights that rapidocr's package brings (Apache-2.0)."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from models.text_detectors.base import Pixels, TextBox, reduced
from pegbar.config import Config
from pegbar.errors import IntegrityError


class RapidOcrConfig(Config):
    """How pictures go to the network, and which of its boxes are lines of text.

    Args:
        weights: a file in rapidocr's own folder of models; nothing is ever downloaded.
        max_pixels: a larger picture is made smaller; the cost follows it.
        min_score: the network's mean probability in a box.
        max_height: of a line, as a share of the picture's height; busy scenery fills far higher boxes.
        max_area: of a line, as a share of the picture.
    """

    kind: Literal["rapidocr"] = "rapidocr"
    weights: str = "PP-OCRv6_det_small.onnx"
    max_pixels: int = Field(default=512 * 288, ge=32 * 32)
    min_score: float = Field(default=0.6, ge=0, le=1)
    max_height: float = Field(default=0.3, gt=0, le=1)
    max_area: float = Field(default=0.25, gt=0, le=1)

    def build(self) -> "RapidOcrDetector":
        """Load the network.

        Raises:
            IntegrityError: its package lacks these weights.
        """
        return RapidOcrDetector(self)


class RapidOcrDetector:
    """Finds lines of text of any script; does not read them."""

    name = "rapidocr"
    version = 1

    def __init__(self, config: RapidOcrConfig) -> None:
        self._config = config
        self._network = _network(config.weights)

    def detect(self, pixels: Pixels) -> tuple[TextBox, ...]:
        """Return the lines of text, from the top down; see `TextDetector`."""
        picture = np.ascontiguousarray(reduced(pixels, self._config.max_pixels)[:, :, ::-1])  # the network reads BGR
        prepared = self._network.get_preprocess()(picture)
        if prepared is None:  # smaller than the network's smallest tile
            return ()
        height, width = picture.shape[:2]
        # Calling the network itself would sort the boxes and leave their scores behind (rapidocr 3.10.0).
        corners, scores = self._network.postprocess_op(self._network.session(prepared), (height, width))
        boxes = (_box(four / (width, height), score) for four, score in zip(corners, scores, strict=True))
        return tuple(sorted(filter(self._is_line, boxes), key=lambda box: (box.top, box.left)))

    def _is_line(self, box: TextBox) -> bool:
        config = self._config
        return box.score >= config.min_score and box.height <= config.max_height and box.area <= config.max_area


def _box(corners: np.ndarray[Any, np.dtype[np.float64]], score: float) -> TextBox:
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return TextBox(left, top, right - left, bottom - top, float(score))


def _network(weights: str) -> Any:
    import rapidocr
    from rapidocr.ch_ppocr_det import TextDetector as Network

    folder = Path(rapidocr.__file__).parent / "models"
    if not (folder / weights).is_file():
        raise IntegrityError(
            f"rapidocr's package lacks its weights {weights}",
            remedy="pip install --force-reinstall -c constraints.txt rapidocr",
            subject=weights,
        )
    settings = rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "Det.model_path": str(folder / weights),
            "Det.limit_type": "max",
            "Det.limit_side_len": 4096,  # pictures are made smaller before they come here
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    ).cfg
    settings.Det.engine_cfg = settings.EngineConfig.onnxruntime
    return Network(settings.Det)
