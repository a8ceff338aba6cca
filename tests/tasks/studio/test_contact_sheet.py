from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pegbar.errors import InputError
from tasks.studio.contact_sheet import Cell, Row, SheetConfig, write_contact_sheet

RED = np.full((30, 40, 3), (200, 0, 0), np.uint8)
BLUE = np.full((60, 20, 3), (0, 0, 200), np.uint8)


def pixels(path: Path, colour: tuple[int, int, int]) -> int:
    return int((np.asarray(Image.open(path)) == colour).all(axis=2).sum())


def test_every_picture_is_on_the_sheet_in_its_proportions(tmp_path: Path) -> None:
    rows = [Row("reference", [Cell(RED, "Fox"), Cell(BLUE)]), Row("shot 1", [Cell(BLUE, "start")], "A fox walks.")]
    write_contact_sheet(tmp_path / "a.png", "A story", rows, SheetConfig(cell_width=80, cell_height=60))
    assert pixels(tmp_path / "a.png", (200, 0, 0)) == pytest.approx(80 * 60, rel=0.06)  # less the frame
    assert pixels(tmp_path / "a.png", (0, 0, 200)) == pytest.approx(2 * 20 * 60, rel=0.1)


def test_same_rows_same_bytes_and_hostile_text_is_drawn(tmp_path: Path) -> None:
    rows = [Row("\x00\x1b[31m\n../..", [Cell(RED, "x" * 500)], "лиса 狐 " * 200)]
    for name in ("a.png", "b.png"):
        write_contact_sheet(tmp_path / name, "t" * 300, rows)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    Image.open(tmp_path / "a.png").verify()


@pytest.mark.parametrize(
    "rows",
    [[], [Row("a", [])], [Row("a", [Cell(RED[..., 0])])], [Row("a", [Cell(RED.astype(np.float32))])]],
    ids=["no_rows", "no_cells", "grey", "float"],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_no_file(tmp_path: Path, rows: list[Row]) -> None:
    with pytest.raises(InputError):
        write_contact_sheet(tmp_path / "a.png", "t", rows)
    assert list(tmp_path.iterdir()) == []
