"""Logos at the border are cropped away where little of the picture goes with them; nothing is ever painted out."""

from collections.abc import Sequence

from pydantic import Field

from pegbar.config import Config
from pegbar.media.crop import Crop
from tasks.curation.scorers.logos import Logo


class OverlaysConfig(Config):
    """How much may be cropped away for logos, as a share of the picture's area; 0 crops nothing."""

    max_crop_share: float = Field(default=0.15, ge=0, lt=1)
    margin_share: float = Field(default=0.01, ge=0)


def crop_without(crop: Crop, logos: Sequence[Logo], config: OverlaysConfig) -> Crop | None:
    """Return the largest part of a crop without any logo, one strip at a time; None where too much would go.

    Args:
        logos: as shares of `crop`.
    """
    left, top, right, bottom = 0.0, 0.0, 1.0, 1.0
    for logo in logos:
        spare = config.margin_share
        strips = [
            (max(left, logo.left + logo.width + spare), top, right, bottom),
            (left, max(top, logo.top + logo.height + spare), right, bottom),
            (left, top, min(right, logo.left - spare), bottom),
            (left, top, right, min(bottom, logo.top - spare)),
        ]
        left, top, right, bottom = max(strips, key=_area)
    if _area((left, top, right, bottom)) < 1 - config.max_crop_share:
        return None
    width, height = (right - left) * crop.width, (bottom - top) * crop.height
    return Crop(
        left=crop.left + round(left * crop.width),
        top=crop.top + round(top * crop.height),
        width=max(2, int(width) // 2 * 2),
        height=max(2, int(height) // 2 * 2),
    )


def _area(box: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = box
    return max(0.0, right - left) * max(0.0, bottom - top)
