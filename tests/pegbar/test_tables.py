"""Tables say which version of their record they hold; the one before is read."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pegbar.records import Film, Scene
from pegbar.tables import VERSION_KEY, read_tables, records_of, row_of, schema_of, write_rows

FILM = Film(
    film_id="a", name="a.mp4", source="films/a.mp4", owner="me", licence="CC0-1.0", sha256="0" * 64, size_bytes=1,
    width=64, height=48, fps=12.0, num_frames=12, duration_seconds=1.0, rotation_degrees=0,
    is_variable_frame_rate=False, has_audio=False, video_codec="h264", crop_left=0, crop_top=0, crop_width=64,
    crop_height=48,
)  # fmt: skip


def test_a_written_table_tells_its_version(tmp_path: Path) -> None:
    path = tmp_path / "scenes.parquet"
    write_rows(path, "scenes", [row_of(Scene(scene_id="p", story_id="s", name="Field", environment="Green."))])
    assert pq.read_schema(path).metadata[VERSION_KEY] == b"1"


def test_a_table_of_the_version_before_is_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "films.parquet"
    new = [name for name in Film.model_fields if name.startswith("crop_") or name == "kept"]
    fields = [field for field in schema_of("films") if field.name not in new]
    row = {name: value for name, value in row_of(FILM).items() if name not in new}
    old = pa.Table.from_pylist([row], schema=pa.schema(fields, metadata={VERSION_KEY: b"1"}))
    with pq.ParquetWriter(path, old.schema, store_schema=False) as writer:
        writer.write_table(old)
        writer.add_key_value_metadata(old.schema.metadata)
    assert records_of(read_tables([path], "films"), "films") == [FILM]
