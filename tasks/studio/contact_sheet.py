"""Contact sheets: labelled rows of pictures that a person scans at a glance (reference first, then shots)."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pegbar.config import Config
from pegbar.errors import InputError
from pegbar.files import written_aside

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
PAPER, INK, FAINT, FRAME = (250, 249, 246), (32, 32, 36), (110, 110, 118), (205, 203, 198)


@dataclass(frozen=True)
class Cell:
    """One RGB picture (H, W, 3) and the line under it."""

    picture: Picture
    note: str = ""


@dataclass(frozen=True)
class Row:
    """Cells from left to right under one label; `text` (a caption) is wrapped below the label."""

    label: str
    cells: Sequence[Cell]
    text: str = ""


class SheetConfig(Config):
    """Sizes in pixels."""

    cell_width: int = Field(default=192, ge=16)
    cell_height: int = Field(default=144, ge=16)
    gap: int = Field(default=10, ge=0)
    font_size: int = Field(default=13, ge=6)
    max_text_lines: int = Field(default=2, ge=0)


def write_contact_sheet(
    path: Path,
    title: str,
    rows: Sequence[Row],
    config: SheetConfig = SheetConfig(),  # noqa: B008 - frozen
) -> None:
    """Write a PNG; the same rows give the same bytes.

    Raises:
        InputError: no rows, an empty row, or a picture that is not RGB.
        DiskFullError: no space left. ReadOnlyError: no permission.
    """
    if not rows or not all(row.cells for row in rows):
        raise InputError(f"{path.name} would be empty", remedy="give at least one row of one picture")
    sheet = draw_contact_sheet(title, rows, config)
    with written_aside(path) as aside:
        sheet.save(aside, format="PNG")


def draw_contact_sheet(title: str, rows: Sequence[Row], config: SheetConfig) -> "Image.Image":
    """Return the sheet as a picture."""
    from PIL import Image, ImageDraw, ImageFont

    small, large = ImageFont.load_default(config.font_size), ImageFont.load_default(config.font_size + 5)
    line = config.font_size + 4
    num_columns = max(len(row.cells) for row in rows)
    width = num_columns * (config.cell_width + config.gap) + config.gap
    text_lines = {id(row): _wrapped(row.text, width - 2 * config.gap, config) for row in rows}
    heights = [(len(text_lines[id(row)]) + 2) * line + config.cell_height + 2 * config.gap for row in rows]
    top = config.font_size + 5 + 2 * config.gap
    sheet = Image.new("RGB", (width, top + sum(heights)), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((config.gap, config.gap), _printable(title), INK, large)
    for row, height in zip(rows, heights, strict=True):
        _draw_row(sheet, draw, row, text_lines[id(row)], top, config, small)
        top += height
    return sheet


def _draw_row(
    sheet: "Image.Image",
    draw: "ImageDraw.ImageDraw",
    row: Row,
    text: list[str],
    top: int,
    config: SheetConfig,
    font: "ImageFont.FreeTypeFont | ImageFont.ImageFont",
) -> None:
    line = config.font_size + 4
    draw.line((config.gap, top, sheet.width - config.gap, top), FRAME)
    y = top + config.gap // 2
    for number, content in enumerate([_printable(row.label), *text]):
        draw.text((config.gap, y), content, FAINT if number else INK, font)
        y += line
    for column, cell in enumerate(row.cells):
        x = config.gap + column * (config.cell_width + config.gap)
        picture = _fitted(cell.picture, config)
        left = x + (config.cell_width - picture.width) // 2
        sheet.paste(picture, (left, y + (config.cell_height - picture.height) // 2))
        draw.rectangle((x, y, x + config.cell_width - 1, y + config.cell_height - 1), outline=FRAME)
        note = textwrap.shorten(_printable(cell.note), 2 * config.cell_width // config.font_size, placeholder="…")
        draw.text((x, y + config.cell_height + 2), note, FAINT, font)


def _fitted(picture: Picture, config: SheetConfig) -> "Image.Image":
    """Scale into the cell, proportions kept; small pictures keep their pixels visible."""
    from PIL import Image

    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or 0 in picture.shape:
        raise InputError(
            f"cannot draw {picture.dtype} of shape {picture.shape}", remedy="give uint8 pictures (height, width, 3)"
        )
    height, width = picture.shape[:2]
    scale = min(config.cell_width / width, config.cell_height / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = Image.Resampling.NEAREST if scale >= 2 else Image.Resampling.LANCZOS
    return Image.fromarray(np.ascontiguousarray(picture)).resize(size, method)


def _wrapped(text: str, width: int, config: SheetConfig) -> list[str]:
    if not text or not config.max_text_lines:
        return []
    columns = max(8, int(width / (0.5 * config.font_size)))
    return textwrap.wrap(_printable(text), columns, max_lines=config.max_text_lines, placeholder=" …")


def _printable(text: str) -> str:
    """One line, without control characters."""
    return "".join(character if character.isprintable() else " " for character in text)
