"""The part of a picture that is wanted: what black bars and overlays at the border leave of it."""

from typing import Self

from pydantic import Field

from pegbar.media.decode import Frame, fitted_size
from pegbar.media.scale import Pixels
from pegbar.records import Record


class Crop(Record):
    """A rectangle in displayed pixels of the film."""

    left: int = Field(ge=0)
    top: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)

    @classmethod
    def whole(cls, width: int, height: int) -> Self:
        """Return the crop that leaves everything."""
        return cls(left=0, top=0, width=width, height=height)

    def fitted(self, max_side: int) -> tuple[int, int]:
        """Return the cropped (width, height) scaled down so that the longer side is `max_side` at most."""
        return fitted_size(self.width, self.height, max_side)

    def picture(self, frame: Frame, width: int, height: int) -> Pixels:
        """Return the cropped part of a frame as `width` x `height` pixels, uint8 RGB of shape (height, width, 3)."""
        across, down = width / self.width, height / self.height
        whole = frame.scaled(max(width, round(frame.width * across)), max(height, round(frame.height * down)))
        return self._cut(whole, width, height, across, down)

    def of(self, pixels: Pixels, frame_width: int, frame_height: int) -> Pixels:
        """Return the cropped part of a picture that shows the whole frame at another size."""
        across, down = pixels.shape[1] / frame_width, pixels.shape[0] / frame_height
        width, height = max(1, round(self.width * across)), max(1, round(self.height * down))
        return self._cut(pixels, width, height, across, down)

    def _cut(self, whole: Pixels, width: int, height: int, across: float, down: float) -> Pixels:
        left = min(round(self.left * across), whole.shape[1] - width)
        top = min(round(self.top * down), whole.shape[0] - height)
        return whole[top : top + height, left : left + width]
