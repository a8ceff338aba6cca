"""From a seed to a plan: who is in the film, where, what happens in every shot, and how shots meet."""

import random

from pegbar.toonbox.actions import Action
from pegbar.toonbox.blocking import camera_x_of, framing_of, move_of, roles_of
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.identity import sample_identity, split_of_seed
from pegbar.toonbox.narration import appearance_of, name_of, narrate, storyline_of
from pegbar.toonbox.places import PLACES, SCENE_KINDS
from pegbar.toonbox.plan import Beat, FilmPlan, Member, SetScene, ShotPlan, TransitionIn

DISSOLVE_FRAMES = (8, 10, 12)
AVERAGE_SHOT_SECONDS = 2.8
SHOTS = (8, 14)
LIVELY: tuple[Action, ...] = (
    "jump", "dance", "talk", "look around", "spin", "eat", "cheer", "run", "walk", "wave", "jump", "talk",
)  # fmt: skip
WET: tuple[Action, ...] = ("swim", "swim", "dance", "spin", "look around", "wave", "cheer")
OPENERS: tuple[Action, ...] = ("walk", "walk", "look around", "talk", "run")
CLOSERS: tuple[Action, ...] = ("wave", "cheer", "dance")


def plan_film(seed: int, config: ToonboxConfig) -> FilmPlan:
    """Plan a film; the same seed and configuration give the same plan.

    Raises:
        ConfigurationError: no split owns the seed.
    """
    source = random.Random(f"toonbox story {seed}")
    members = _cast(source, seed, config)
    seconds = source.uniform(config.min_seconds, config.max_seconds)
    num_frames = max(round(seconds * config.fps), 1)
    lengths = shot_lengths(source, num_frames, config)
    scenes = _scenes(source, seed, len(lengths))
    beats = _beats(source, scenes, len(lengths))
    shots = _shots(source, beats, lengths, members, scenes)
    summary = [
        [beat.action for beat in beats if beat.scene == index and not beat.is_prologue] for index in range(len(scenes))
    ]
    return FilmPlan(
        name=f"toon_s{seed:05d}",
        seed=seed,
        fps=config.fps,
        num_frames=num_frames,
        members=members,
        scenes=scenes,
        shots=shots,
        storyline=storyline_of(
            source, [member.name for member in members], [PLACES[scene.kind] for scene in scenes], summary
        ),
    )


def shot_lengths(source: random.Random, num_frames: int, config: ToonboxConfig) -> list[int]:
    """Cut a film into shots of allowed lengths that fill it exactly; one shot if it is too short for two."""
    shortest = max(round(config.min_shot_seconds * config.fps), DISSOLVE_FRAMES[-1])
    longest = max(int(config.max_shot_seconds * config.fps), 2 * shortest)
    count = min(max(round(num_frames / (AVERAGE_SHOT_SECONDS * config.fps)), SHOTS[0]), SHOTS[1])
    count = max(1, min(max(count, -(-num_frames // longest)), num_frames // shortest))
    lengths, spare = [shortest] * count, num_frames - shortest * count
    if count == 1:
        return [num_frames]
    while spare > 0:
        index = source.randrange(count)
        added = min(spare, longest - lengths[index], source.randint(1, max(1, config.fps // 2)))
        lengths[index] += added
        spare -= added
    return lengths


def _cast(source: random.Random, seed: int, config: ToonboxConfig) -> tuple[Member, ...]:
    identities = list(config.cast)
    wanted = max(len(identities), source.choice((1, 2, 2, 2, 3)))
    while len(identities) < wanted:
        drawn = sample_identity(f"{seed}/{len(identities)}/{source.random()}", split_of_seed(seed))
        # two of a kind or of a colour in one film would be hard to tell apart
        if all(drawn.species != other.species and drawn.palette != other.palette for other in identities):
            identities.append(drawn)
    names: list[str] = []
    for identity in identities:
        names.append(name_of(identity, names))
    return tuple(
        Member(name, appearance_of(identity), identity) for name, identity in zip(names, identities, strict=True)
    )


def _scenes(source: random.Random, seed: int, num_shots: int) -> tuple[SetScene, ...]:
    count = min(source.choice((2, 3, 3)), max(1, num_shots // 2))
    kinds = source.sample(SCENE_KINDS, count)
    kinds.sort(key=lambda kind: PLACES[kind].is_for_sleep)  # beds and stars come last
    return tuple(SetScene(PLACES[kind].name, kind, f"{seed}/{index}") for index, kind in enumerate(kinds))


def _beats(source: random.Random, scenes: tuple[SetScene, ...], num_shots: int) -> list[Beat]:
    beats: list[Beat] = []
    for index, scene in enumerate(scenes):
        share = num_shots // len(scenes) + (1 if index < num_shots % len(scenes) else 0)
        is_last_scene = index == len(scenes) - 1
        place = PLACES[scene.kind]
        deck = list(WET if place.is_wet else LIVELY)
        source.shuffle(deck)
        for shot in range(share):
            action = deck[shot % len(deck)]
            if shot == 0 and not place.is_wet:
                action = source.choice(OPENERS)
            if is_last_scene and shot == share - 1:
                action = "sleep" if place.is_for_sleep else source.choice(CLOSERS)
            beats.append(Beat(index, action, shot == 0))
    if num_shots >= SHOTS[0] and source.random() < 0.5:
        beats[0] = Beat(0, "stand", True, is_prologue=True)
    return beats


def _shots(
    source: random.Random,
    beats: list[Beat],
    lengths: list[int],
    members: tuple[Member, ...],
    scenes: tuple[SetScene, ...],
) -> tuple[ShotPlan, ...]:
    shots: list[ShotPlan] = []
    start = 0
    for beat, length in zip(beats, lengths, strict=True):
        before = shots[-1] if shots else None
        transition, dissolve = _transition(source, beat, shots)
        framing = framing_of(source, beat, before, len(members))
        camera_x = camera_x_of(source, beat, before)
        roles = roles_of(source, beat, framing, camera_x, len(members))
        move = move_of(source, beat, framing)
        place = PLACES[scenes[beat.scene].kind]
        words = narrate(place, [members[role.member] for role in roles], [role.action for role in roles], framing, move)
        shots.append(
            ShotPlan(
                start, start + length, beat.scene, roles, framing, move, camera_x, transition, dissolve,
                beat.is_prologue, words,
            )
        )  # fmt: skip
        start += length
    return tuple(shots)


def _transition(source: random.Random, beat: Beat, shots: list[ShotPlan]) -> tuple[TransitionIn, int]:
    if not shots:
        return "start", 0
    has_dissolved = any(shot.transition_in == "dissolve" for shot in shots)
    if beat.is_first and (not has_dissolved or source.random() < 0.5):
        return "dissolve", source.choice(DISSOLVE_FRAMES)
    return "cut", 0
