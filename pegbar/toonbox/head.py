"""The head: its shape, ears and markings. The pen's origin is the middle of the head."""

from dataclasses import dataclass

from pegbar.toonbox.anatomy import Anatomy
from pegbar.toonbox.colours import Colour, mix, shade
from pegbar.toonbox.identity import Identity
from pegbar.toonbox.pen import Part, Pen
from pegbar.toonbox.pose import Pose
from pegbar.toonbox.shapes import Pair, Points, curve, ellipse, moved, polygon, rounded

EAR_PINK: Colour = (252, 176, 178)


@dataclass(frozen=True)
class Head:
    """What the head and face are drawn from."""

    identity: Identity
    anatomy: Anatomy
    ink: Colour
    outline: float
    is_whole_body: bool = False

    @property
    def skin(self) -> Colour:
        """Return the main colour."""
        return self.identity.colours.body

    def face_x(self, turn: float) -> float:
        """Return how far the face has turned away from the middle."""
        return turn * self.anatomy.head[0] * 0.3


def draw_head(pen: Pen, head: Head, pose: Pose) -> None:
    """Draw ears, skull and markings; the face comes after."""
    _draw_ears(pen, head, pose)
    if head.is_whole_body:
        return
    colours, skull = head.identity.colours, _skull(head)
    if head.anatomy.eyes_on_top:
        domes = [Part(ellipse(_dome(head, side, pose.turn), (0.098, 0.098))) for side in (-1, 1)]
        pen.solid([*domes, Part(skull)], head.skin, head.ink, head.outline)
    pen.rounded_solid(
        skull,
        head.skin,
        shade(head.skin, 0.17),
        None if head.anatomy.eyes_on_top else head.ink,
        head.outline,
    )
    if head.identity.pattern == "stripes":
        _draw_forehead_stripes(pen, head, pose)
    elif head.identity.pattern == "spots":
        width = head.anatomy.head[0]
        for x, y, size in ((-0.62, 0.45, 0.034), (0.7, 0.3, 0.028), (0.66, -0.35, 0.03)):
            spot = (x * width - 0.3 * head.face_x(pose.turn), y * head.anatomy.head[1])
            pen.fill(ellipse(spot, (size, size), count=14), colours.mark)


def eye_centre(head: Head, side: float, turn: float) -> Pair:
    """Return where an eye is; `side` is -1 for the viewer's left, 1 for the right."""
    if head.anatomy.eyes_on_top:
        return _dome(head, side, turn)
    is_far = side * turn > 0
    narrowed = 1.0 - (0.24 * abs(turn) if is_far else 0.04 * abs(turn))
    return head.face_x(turn) + side * head.anatomy.eye_spacing * narrowed, head.anatomy.eye_height


def _dome(head: Head, side: float, turn: float) -> Pair:
    return 0.6 * head.face_x(turn) + side * head.anatomy.eye_spacing, head.anatomy.eye_height


def _skull(head: Head) -> Points:
    width, height = head.anatomy.head
    skull = ellipse((0, 0), (width, height), count=36, power=head.anatomy.head_power)
    if head.anatomy.muzzle != "fox":
        return skull
    cheeks = polygon((-width, -0.03), (-width * 1.14, -0.115), (-width * 0.8, -0.17), (0, -height))
    left = rounded(cheeks, rounds=2, closed=False)
    top = skull[: len(skull) // 2 + 1]
    return polygon(*top.tolist(), *left.tolist(), *(left[::-1] * (-1, 1)).tolist())


def _draw_ears(pen: Pen, head: Head, pose: Pose) -> None:
    flop = -8.0 * (pose.stretch - 1.0) * 6 + pose.lift * 20
    for side in (-1.0, 1.0):
        # ears slide against the turn of the face, which reads as depth
        ear = pen.at(-0.25 * head.face_x(pose.turn), 0).at(0, 0, 0, side, 1.0)
        _EARS[head.anatomy.ears](ear, head, flop, pose.is_back)
    if head.anatomy.ears in ("crest", "sprout"):
        _draw_tuft(pen, head, flop)


def _outer_inner(pen: Pen, head: Head, ear: Points, is_back: bool, inner: Colour = EAR_PINK) -> None:
    pen.solid([Part(ear)], head.skin, head.ink, head.outline)
    if not is_back:
        pen.fill(moved(ear, (0.002, -0.012), 0.6), inner)


def _pointed(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    ear = rounded(polygon((0.04, 0.17), (0.21, 0.405), (0.265, 0.395), (0.295, 0.06)), rounds=2)
    _outer_inner(pen.at(0, 0, -flop * 0.2), head, ear, is_back)


def _tall(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    ear = rounded(polygon((0.04, 0.15), (0.2, 0.45), (0.255, 0.455), (0.3, 0.08)), rounds=2)
    _outer_inner(pen.at(0, 0, -flop * 0.2), head, ear, is_back, (92, 66, 72))


def _round(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    _outer_inner(pen, head, ellipse((0.225, 0.2), (0.092, 0.092)), is_back, head.identity.colours.light)


def _dish(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    _outer_inner(pen, head, ellipse((0.255, 0.2), (0.142, 0.142)), is_back)


def _long(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    ear = ellipse((0.0, 0.15), (0.066, 0.185), power=2.2)
    _outer_inner(pen.at(0.11, 0.19, -9.0 - flop * 0.7), head, ear, is_back)


def _floppy(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    ear = rounded(polygon((-0.04, 0.03), (0.06, 0.07), (0.14, -0.06), (0.12, -0.25), (0.02, -0.25), (0.0, -0.08)))
    colour = head.identity.colours.mark
    hinge = pen.at(0.215, 0.165, max(0.0, flop) + 4.0)
    hinge.solid([Part(ear)], colour, head.ink, head.outline)


def _folded(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    ear = rounded(polygon((0.08, 0.17), (0.13, 0.34), (0.29, 0.31), (0.27, 0.1)), rounds=2)
    pen.solid([Part(ear)], head.skin, head.ink, head.outline)
    if not is_back:
        fold = rounded(polygon((0.14, 0.31), (0.28, 0.29), (0.22, 0.18)), rounds=2)
        pen.fill(fold, mix(head.skin, EAR_PINK, 0.6) if head.skin != EAR_PINK else EAR_PINK)


def _antenna(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    colours = head.identity.colours
    pen.solid([Part(ellipse((0.275, 0.0), (0.045, 0.062)))], colours.mark, head.ink, head.outline)
    pen.at(0, 0.2, flop).solid([Part(polygon((0, 0), (0, 0.14)), 0.022)], (148, 154, 170), head.ink, head.outline * 0.8)
    pen.at(0, 0.2, flop).solid(
        [Part(ellipse((0, 0.16), (0.042, 0.042), count=18))], colours.accent, head.ink, head.outline
    )


def _nothing(pen: Pen, head: Head, flop: float, is_back: bool) -> None:
    return


def _draw_tuft(pen: Pen, head: Head, flop: float) -> None:
    top = head.anatomy.head[1] if head.anatomy.ears == "crest" else 0.385
    tuft = pen.at(0, top - 0.02, flop)
    if head.anatomy.ears == "crest":
        colour = head.identity.colours.mark
        plumes = [Part(ellipse((x, 0.05), (0.03, 0.075), degrees)) for x, degrees in ((-0.045, 28), (0.045, -28))]
        tuft.solid([*plumes, Part(ellipse((0, 0.065), (0.032, 0.09)))], colour, head.ink, head.outline * 0.9)
        return
    tuft.solid([Part(curve((0, 0), (0.0, 0.07), (0.03, 0.1)), 0.022)], (104, 170, 74), head.ink, head.outline * 0.8)
    leaves = [Part(ellipse((0.085, 0.125), (0.065, 0.034), 24)), Part(ellipse((-0.045, 0.12), (0.06, 0.032), -30))]
    for leaf in leaves:
        tuft.solid([leaf], (126, 200, 88), head.ink, head.outline * 0.85)


def _draw_forehead_stripes(pen: Pen, head: Head, pose: Pose) -> None:
    if pose.is_back:
        return
    colour, middle, top = head.identity.colours.mark, head.face_x(pose.turn) * 0.7, head.anatomy.head[1]
    for x, length, width in ((-0.075, 0.08, 0.026), (0.0, 0.115, 0.032), (0.075, 0.08, 0.026)):
        wedge = polygon(
            (middle + x - width, top * 0.93), (middle + x + width, top * 0.93), (middle + x * 0.8, top - length)
        )
        pen.fill(rounded(wedge, rounds=2), colour)


_EARS = {
    "pointed": _pointed,
    "tall": _tall,
    "round": _round,
    "dish": _dish,
    "long": _long,
    "floppy": _floppy,
    "folded": _folded,
    "antenna": _antenna,
    "crest": _nothing,
    "sprout": _nothing,
    "none": _nothing,
}
