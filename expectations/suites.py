"""Every table's suite, in the order the gate runs them."""

from expectations import audio_shots, characters, decisions, films, references, scenes, shots, stories
from expectations.checks import TableSuite

SUITES: dict[str, TableSuite] = {
    "films": films.SUITE,
    "stories": stories.SUITE,
    "shots": shots.SUITE,
    "characters": characters.SUITE,
    "scenes": scenes.SUITE,
    "references": references.SUITE,
    "audio_shots": audio_shots.SUITE,
    "decisions": decisions.SUITE,
}
