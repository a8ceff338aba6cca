"""Trains one stage in a process of its own, so that a test can kill it: DATASET BASE OUT WORK STAGE STEPS."""

import sys
from pathlib import Path

from small_training import small_training

from pegbar.dataset import Dataset
from tasks.training.stage import train_stage

if __name__ == "__main__":
    dataset, base, out, work = (Path(argument) for argument in sys.argv[1:5])
    config = small_training(steps=int(sys.argv[6]))
    stage = config.stage(sys.argv[5])  # type: ignore[arg-type]
    train_stage(stage, config, base, None, Dataset(dataset), out, work)
