"""A process that runs an engine and is killed meanwhile: ``python engine_parent.py CONFIG_JSON FOLDER``."""

import json
import sys
from pathlib import Path

from engine_items import note_process_and_hang
from pydantic import TypeAdapter

from pegbar.engine import EngineConfig

if __name__ == "__main__":
    config = TypeAdapter(EngineConfig).validate_python(json.loads(sys.argv[1]))
    with config.build() as engine:
        engine.process(note_process_and_hang, [(str(number), Path(sys.argv[2])) for number in range(4)])
