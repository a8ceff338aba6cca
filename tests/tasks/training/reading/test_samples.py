import pickle
from pathlib import Path

import numpy as np
import pytest
from clip_dataset import write_clip_dataset
from reading_run import frames_of
from small_dataset import small_rows, write_small_dataset
from torch.utils.data import DataLoader

from pegbar.dataset import Dataset
from tasks.training.clips import Frames
from tasks.training.reading import ShotSamples, StatefulSampler, StorySamples


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_clip_dataset(tmp_path_factory.mktemp("clips") / "data", with_sounds=True)


def test_a_shot_comes_with_its_caption_records_and_bytes(clips: Dataset) -> None:
    samples = ShotSamples(clips, parts=("clip", "image", "mask", "sound"))
    assert len(samples) == 6
    sample, view = samples[2], clips.training_view()[0]
    assert (sample.sample_id, sample.caption) == (view.shots[2].shot.shot_id, "The fox walks, shot 2.")
    assert sample.shots == (view.shots[2],)
    assert sample.references == view.references
    # the first story's shots 0 and 1 are one audio shot, and shot 2 is another
    assert [sound.audio_shot.sound_type for sound in sample.sounds] == ["sound 1"]
    assert sample.contents == {
        member.name: clips.read_member(member)
        for member in (
            view.shots[2].clip, view.references[0].image, view.references[0].mask, sample.sounds[0].sound
        )
    }  # fmt: skip


def test_a_story_is_the_training_view_s(clips: Dataset) -> None:
    samples = StorySamples(clips, parts=("clip", "sound"))
    assert [sample.story for sample in samples.__getitems__([0, 1])] == clips.training_view()
    first = samples[0]
    assert (first.caption, len(first.shots), len(first.sounds), len(first.contents)) == ("A fox walks.", 3, 2, 5)


def test_only_what_can_be_trained_on_is_a_sample(tmp_path: Path) -> None:
    rows = small_rows()
    rows["shots"][0]["kept"] = False
    rows["shots"][1]["is_prologue_or_epilogue"] = True
    rows["shots"][2]["caption"] = None
    rows["shots"][3]["caption"] = ""
    dataset = write_small_dataset(tmp_path, rows)
    assert [sample.shots[0].shot.index for sample in ShotSamples(dataset).__getitems__([0, 1])] == [1, 2]
    assert (len(ShotSamples(dataset)), len(StorySamples(dataset))) == (2, 1)


def test_numbers_outside_are_refused(clips: Dataset) -> None:
    for samples in (ShotSamples(clips), StorySamples(clips)):
        for index in (-1, len(samples)):
            with pytest.raises(IndexError, match="no sample"):
                samples[index]
        assert samples.__getitems__([]) == []


def test_the_unit_is_part_of_what_a_state_belongs_to(clips: Dataset) -> None:
    assert ShotSamples(clips).digest == ShotSamples(Dataset(clips.root), parts=()).digest != StorySamples(clips).digest


def test_torch_s_own_loader_reads_it_in_workers_of_either_start_method(clips: Dataset) -> None:
    samples: ShotSamples[Frames] = ShotSamples(clips, transform=frames_of)
    sampler = StatefulSampler(samples, 3, tail="short")
    for method, workers in (("forkserver", 2), ("spawn", 1)):
        loader = DataLoader(
            samples, batch_sampler=sampler, num_workers=workers, multiprocessing_context=method
        )  # fmt: skip
        batches = list(loader)
        assert [batch.shape for batch in batches] == [(3, 9, 32, 32, 3)] * 2
        expected = [samples[index] for index in next(iter(sampler))]
        assert np.array_equal(batches[0].numpy(), np.stack(expected))


def test_it_travels_small(clips: Dataset) -> None:
    samples = ShotSamples(clips, parts=("clip", "image"))
    packed = pickle.dumps(samples)
    assert pickle.loads(packed)[1] == samples[1]
    assert len(packed) < 30_000
