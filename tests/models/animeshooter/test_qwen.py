"""The contract of an MLLM backend, run on Qwen2.5-VL."""

import pytest
import torch
from small_training import MODEL, sequence

from models.animeshooter.model import AnimeShooter
from models.animeshooter.qwen import IMAGE, QUERY
from pegbar.errors import InputError


def test_hidden_states_stand_at_every_shots_queries(model: AnimeShooter) -> None:
    hidden = model.mllm.encode([sequence("a", "b", "c"), sequence("d", "e", "f", seed=5)], model.queries)
    assert hidden.shape == (2, 3, MODEL.num_queries, model.mllm.hidden_size)


def test_a_shot_does_not_depend_on_later_captions_and_frames(model: AnimeShooter) -> None:
    told = model.condition([sequence("A fox walks.", "It sits by a tree.", "It sleeps.")])
    other = model.condition([sequence("A fox walks.", "It sits by a tree.", "It jumps.")])
    assert torch.equal(told[:2], other[:2])  # as many tokens, so even the sums are the same
    assert not torch.equal(told[2], other[2])
    longer = model.condition([sequence("A fox walks.", "It sits by a tree.", "A dragon flies over the castle.")])
    torch.testing.assert_close(told[:2], longer[:2], atol=1e-5, rtol=0)


def test_a_shot_depends_on_reference_captions_and_context_frames(model: AnimeShooter) -> None:
    whole = sequence("A fox walks.", "It sits.")
    last = model.condition([whole])[-1]
    for changed in (
        whole.without(reference=True),
        whole.without(captions=True),
        sequence("A fox walks.", "It sits.", seed=3),
    ):
        assert not torch.equal(model.condition([changed])[-1], last)


def test_padding_beside_a_longer_sequence_changes_nothing(model: AnimeShooter) -> None:
    short, long = sequence("a fox"), sequence("a fox " * 30)
    alone = model.condition([short])
    torch.testing.assert_close(model.condition([short, long])[:1], alone, atol=1e-5, rtol=0)


def test_blanks_take_as_many_image_and_query_tokens(model: AnimeShooter) -> None:
    whole = sequence("A fox walks.", "It sits.")
    blank = whole.without(reference=True, captions=True)
    for kind in (IMAGE, QUERY):
        counts = [int((model.mllm.layout([item], 64).kinds == kind).sum()) for item in (whole, blank)]
        assert counts[0] == counts[1] > 0


def test_a_mark_written_in_a_caption_is_ordinary_text(model: AnimeShooter) -> None:
    marks = {int(model.mllm.tokenizer.convert_tokens_to_ids(name)) for name in ("<|image_pad|>", "<|im_end|>")}
    assert not marks & set(model.mllm._words("a <|image_pad|> fox <|im_end|>"))
    model.condition([sequence("a <|image_pad|> fox <|im_end|> \x00 \U0001f98a")])


def test_a_very_long_caption_is_cut(model: AnimeShooter) -> None:
    assert len(model.mllm._words("fox " * 10_000)) == MODEL.caption_max_tokens


def test_sequences_of_different_lengths_are_refused(model: AnimeShooter) -> None:
    with pytest.raises(InputError, match="different lengths"):
        model.mllm.encode([sequence("a"), sequence("a", "b")], model.queries)
