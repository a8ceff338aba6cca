"""From a seed to a plan: who is in the film, where, what happens in every shot, and how shots meet."""

import random
from dataclasses import replace
from typing import Literal, get_args

from pegbar.toonbox.actions import Action
from pegbar.toonbox.blemishes import blemishes_of
from pegbar.toonbox.blocking import camera_x_of, framing_of, move_of, roles_of
from pegbar.toonbox.config import Held, ToonboxConfig
from pegbar.toonbox.cutting import Cutter
from pegbar.toonbox.happenings import Strangers, happenings_of
from pegbar.toonbox.identity import sample_identity, split_of_seed
from pegbar.toonbox.narration import Narration, appearance_of, name_of, narrate, storyline_of
from pegbar.toonbox.places import PLACES, SCENE_KINDS
from pegbar.toonbox.plan import Beat, Card, FilmPlan, Member, SetScene, ShotPlan
from pegbar.toonbox.titles import credits_of, title_of
from pegbar.toonbox.transitions import Transition

SHORTEST_FRAMES = 12
TITLED, CREDITED = 0.7, 0.45  # how often a film has a title card, and credits
HOLDS: tuple[Literal[1, 2, 3], ...] = (1, 1, 1, 1, 1, 2, 2, 2, 3, 3)
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
    titled, credited = _carded(source, len(lengths), config)
    told = lengths[titled : len(lengths) - credited]
    scenes = _scenes(source, seed, len(told))
    beats = _beats(source, scenes, len(told))
    shots = _shots(source, beats, told, members, scenes, sum(lengths[:titled]))
    names = [member.name for member in members]
    places = [PLACES[scene.kind] for scene in scenes]
    if titled:
        shots.insert(0, _card_shot(0, lengths[0], Card("title", title_of(source, names, places[0]), f"{seed}/title")))
    if credited:
        card = Card("end", credits_of(source, names), f"{seed}/end")
        shots.append(_card_shot(num_frames - lengths[-1], num_frames, card))
    summary = [
        [beat.action for beat in beats if beat.scene == index and not beat.is_empty] for index in range(len(scenes))
    ]
    storyline = storyline_of(source, names, places, summary)
    cutter = Cutter(source, config.fps)
    joined = _joined(cutter, shots)
    fade_in, fade_out = cutter.edges(_room_first(joined), _room_last(joined))
    hold = source.choice(HOLDS), source.choice(get_args(Held))
    plan = FilmPlan(
        name=f"toon_s{seed:05d}",
        seed=seed,
        fps=config.fps,
        num_frames=num_frames,
        members=members,
        scenes=scenes,
        shots=joined,
        storyline=storyline,
        drawn_on=config.drawn_on or hold[0],
        held=config.held or hold[1],
        fade_in=fade_in,
        fade_out=fade_out,
    )
    plan = replace(plan, shots=_eventful(source, plan))
    return replace(plan, blemishes=blemishes_of(plan, config))


def shot_lengths(source: random.Random, num_frames: int, config: ToonboxConfig) -> list[int]:
    """Cut a film into shots of allowed lengths that fill it exactly; one shot if it is too short for two."""
    shortest = max(round(config.min_shot_seconds * config.fps), SHORTEST_FRAMES)
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
        beats[0] = Beat(0, "stand", True, is_empty=True)
    return beats


def _carded(source: random.Random, num_shots: int, config: ToonboxConfig) -> tuple[bool, bool]:
    """Choose whether a title card and credits frame the story."""
    is_long = num_shots >= SHOTS[0]
    titled, credited = source.random() < TITLED and is_long, source.random() < CREDITED and is_long
    if num_shots < 3:
        return False, False
    return (
        titled if config.title_card is None else config.title_card,
        credited if config.end_card is None else config.end_card,
    )


def _card_shot(start_frame: int, end_frame: int, card: Card) -> ShotPlan:
    return ShotPlan(start_frame, end_frame, 0, (), "wide", "still", 0.0, Narration("", "", ""), card=card)


def _shots(
    source: random.Random,
    beats: list[Beat],
    lengths: list[int],
    members: tuple[Member, ...],
    scenes: tuple[SetScene, ...],
    start: int,
) -> list[ShotPlan]:
    shots: list[ShotPlan] = []
    for beat, length in zip(beats, lengths, strict=True):
        before = shots[-1] if shots else None
        framing = framing_of(source, beat, before, len(members))
        camera_x = camera_x_of(source, beat, before)
        roles = roles_of(source, beat, framing, camera_x, len(members))
        move = move_of(source, beat, framing)
        place = PLACES[scenes[beat.scene].kind]
        words = narrate(place, [members[role.member] for role in roles], [role.action for role in roles], framing, move)
        shots.append(ShotPlan(start, start + length, beat.scene, roles, framing, move, camera_x, words))
        start += length
    return shots


def _joined(cutter: Cutter, shots: list[ShotPlan]) -> tuple[ShotPlan, ...]:
    """Return the shots with their transitions; a whip pan stands between cuts."""
    joined = [replace(shots[0], transition_in=Transition("start"))]
    for shot in shots[1:]:
        before = joined[-1]
        is_new_scene = (before.scene, before.card) != (shot.scene, shot.card)
        room = before.num_frames - before.transition_in.after
        whips = "whip pan" in (before.move, shot.move)
        joint = Transition() if whips else cutter.join(room, shot.num_frames, is_new_scene)
        joined.append(replace(shot, transition_in=joint))
    return tuple(joined)


def _room_first(shots: tuple[ShotPlan, ...]) -> int:
    """Return how many of the film's first frames may fade in."""
    following = shots[1].transition_in.before if len(shots) > 1 else 0
    return 0 if shots[0].move == "whip pan" else (shots[0].num_frames - following) // 2


def _room_last(shots: tuple[ShotPlan, ...]) -> int:
    """Return how many of the film's last frames may fade out."""
    last = shots[-1]
    return 0 if last.move == "whip pan" else (last.num_frames - last.transition_in.after) // 2


def _eventful(source: random.Random, plan: FilmPlan) -> tuple[ShotPlan, ...]:
    """Return the shots with what happens in them, away from every transition."""
    identities = tuple(member.identity for member in plan.members)
    strangers = Strangers(plan.seed, split_of_seed(plan.seed), identities)
    shots = []
    for index, shot in enumerate(plan.shots):
        is_last = index + 1 == len(plan.shots)
        begins = plan.fade_in if index == 0 else shot.transition_in
        ends = plan.fade_out if is_last else plan.shots[index + 1].transition_in
        free = shot.start_frame + (begins.after if begins else 0), shot.end_frame - (ends.before if ends else 0)
        events = () if shot.card else happenings_of(source, shot, free, plan.fps, strangers)
        shots.append(replace(shot, happenings=events))
    return tuple(shots)
