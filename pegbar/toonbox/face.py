"""Eyes, muzzles and mouths: where a character's feelings are."""

from pegbar.toonbox.colours import BLUSH, INK, MOUTH, TONGUE, WHITE, Colour, mix, shade
from pegbar.toonbox.head import Head, eye_centre
from pegbar.toonbox.pen import Part, Pen
from pegbar.toonbox.pose import MouthState, Pose
from pegbar.toonbox.shapes import Pair, arc, box, curve, ellipse, joined, polygon, rounded

PUPIL: Colour = (44, 32, 48)
NOSE_PINK: Colour = (240, 112, 128)
BEAK: Colour = (252, 164, 50)


def draw_face(pen: Pen, head: Head, pose: Pose) -> None:
    """Draw the face on a head that is already there."""
    middle = head.face_x(pose.turn)
    _draw_mask(pen, head, pose)
    if head.identity.pattern == "patch":
        centre = eye_centre(head, 1.0, pose.turn)
        size = 0.8 if head.anatomy.eyes_on_top else 1.0
        pen.fill(ellipse(centre, (0.108 * size, 0.118 * size), 12), head.identity.colours.mark)
    cheeks = 0.19 if head.anatomy.head[0] > 0.28 else 0.17
    for side in (-1.0, 1.0):
        x = middle + side * cheeks * (1.0 - 0.3 * abs(pose.turn) * (side * pose.turn > 0))
        pen.fill(ellipse((x, -0.085), (0.043, 0.027), count=16), mix(head.skin, BLUSH, 0.62))
    _MUZZLES[head.anatomy.muzzle](pen.at(middle * 1.12, 0), head, pose.mouth)
    for side in (-1.0, 1.0):
        _draw_eye(pen, head, side, pose)


def _draw_mask(pen: Pen, head: Head, pose: Pose) -> None:
    """Draw the lighter face some species have beneath their eyes."""
    middle, light = head.face_x(pose.turn) * 0.7, head.identity.colours.light
    if head.identity.species == "penguin":
        for side in (-1.0, 1.0):
            pen.fill(ellipse((middle + side * 0.085, 0.0), (0.118, 0.135)), light)
        pen.fill(ellipse((middle, -0.085), (0.16, 0.105)), light)
    elif head.identity.species == "fox":
        for side in (-1.0, 1.0):
            width = head.anatomy.head[0]
            cheek = polygon((0, -0.05), (0.1, -0.045), (width * 0.98, -0.115), (width * 0.75, -0.15), (0, -0.225))
            pen.fill(rounded(cheek, rounds=2) * (side, 1) + (middle * 0.5, 0), light)
    elif head.identity.species == "robot":
        face = box((middle * 0.5, -0.005), (head.anatomy.head[0] * 0.78, 0.155), 0.06)
        pen.solid([Part(face)], light, head.ink, head.outline * 0.5)


def _draw_eye(pen: Pen, head: Head, side: float, pose: Pose) -> None:
    x, y = eye_centre(head, side, pose.turn)
    size = head.anatomy.eye_size
    narrow = 1.0 - (0.22 * abs(pose.turn) if side * pose.turn > 0 else 0.0)
    eye = pen.at(x, y, 0, narrow, 1.0)
    ink = INK if _is_light(_behind_eye(head, side)) else (255, 250, 244)
    if pose.eyes == "closed":
        eye.line(arc((0, 0.018), (size * 0.9, size * 0.62), 200, 340), 0.019, ink)
        return
    if pose.eyes == "happy":
        eye.line(arc((0, -0.028), (size * 0.85, size * 0.95), 25, 155), 0.021, ink)
        return
    eye.solid([Part(ellipse((0, 0), (size * 0.86, size * 1.16)))], WHITE, head.ink, head.outline * 0.62)
    pupil = (pose.gaze[0] * size * 0.3 + pose.turn * size * 0.14, pose.gaze[1] * size * 0.34 - size * 0.08)
    eye.fill(ellipse(pupil, (size * 0.6, size * 0.8)), PUPIL)
    eye.fill(ellipse((pupil[0] - size * 0.2, pupil[1] + size * 0.34), (size * 0.24, size * 0.26), count=14), WHITE)
    eye.fill(ellipse((pupil[0] + size * 0.22, pupil[1] - size * 0.34), (size * 0.11, size * 0.12), count=10), WHITE)


def _behind_eye(head: Head, side: float) -> Colour:
    if head.identity.pattern == "patch" and side > 0:
        return head.identity.colours.mark
    return head.identity.colours.light if head.identity.species in ("penguin", "robot") else head.skin


def _is_light(colour: Colour) -> bool:
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2] > 112


def _mouth(pen: Pen, at: Pair, width: float, state: MouthState, ink: Colour = INK, is_double: bool = False) -> None:
    x, y = at
    if state == "open":
        lips = joined([arc((x, y + 0.008), (width, 0.075), 180, 360, 12), polygon((x, y + 0.014))])
        pen.solid([Part(lips)], MOUTH, ink, 0.008)
        pen.fill(ellipse((x, y - 0.045), (width * 0.55, 0.02), count=14), TONGUE)
    elif state == "round":
        pen.solid([Part(ellipse((x, y - 0.02), (0.03, 0.036), count=16))], MOUTH, ink, 0.008)
    elif state == "chew":
        pen.solid([Part(ellipse((x, y - 0.012), (width * 0.55, 0.018), count=14))], MOUTH, ink, 0.008)
    elif state == "sleep":
        pen.solid([Part(ellipse((x, y - 0.012), (0.018, 0.016), count=12))], MOUTH, ink, 0.007)
    elif is_double:
        for side in (-1.0, 1.0):
            pen.line(arc((x + side * width * 0.5, y), (width * 0.5, 0.034), 185, 355, 9), 0.0145, ink)
    else:
        pen.line(arc((x, y + 0.012), (width, 0.05), 200, 340, 10), 0.0155, ink)


def _lip_ink(head: Head) -> Colour:
    return INK if _is_light(head.skin) else (34, 22, 38)


def _cat(pen: Pen, head: Head, mouth: MouthState) -> None:
    light = head.identity.colours.light
    for side in (-1.0, 1.0):
        pen.fill(ellipse((side * 0.043, -0.105), (0.062, 0.046)), light)
        for lean in (0.0, -0.035):
            pen.line(polygon((side * 0.15, -0.085 + lean), (side * 0.275, -0.07 + lean * 1.8)), 0.008, head.ink)
    _mouth(pen, (0, -0.1), 0.075, mouth, is_double=True)
    pen.fill(rounded(polygon((-0.032, -0.066), (0.032, -0.066), (0, -0.1)), rounds=2), NOSE_PINK)


def _dog(pen: Pen, head: Head, mouth: MouthState) -> None:
    pen.fill(ellipse((0, -0.115), (0.125, 0.09), power=2.3), head.identity.colours.light)
    _mouth(pen, (0, -0.115), 0.09, mouth, is_double=True)
    _nose(pen, (0, -0.072), (0.047, 0.033))


def _bear(pen: Pen, head: Head, mouth: MouthState) -> None:
    pen.fill(ellipse((0, -0.112), (0.112, 0.084)), head.identity.colours.light)
    _mouth(pen, (0, -0.122), 0.055, mouth)
    _nose(pen, (0, -0.074), (0.042, 0.03))


def _rabbit(pen: Pen, head: Head, mouth: MouthState) -> None:
    light = head.identity.colours.light
    for side in (-1.0, 1.0):
        pen.fill(ellipse((side * 0.042, -0.1), (0.056, 0.043)), light)
    if mouth == "smile":
        pen.solid([Part(box((0, -0.135), (0.026, 0.026), 0.008))], WHITE, head.ink, 0.007)
    _mouth(pen, (0, -0.095), 0.072, mouth, is_double=True)
    pen.fill(ellipse((0, -0.07), (0.027, 0.019), count=16), NOSE_PINK)


def _fox(pen: Pen, head: Head, mouth: MouthState) -> None:
    _mouth(pen, (0, -0.128), 0.06, mouth, is_double=True)
    _nose(pen, (0, -0.095), (0.038, 0.028))


def _mouse(pen: Pen, head: Head, mouth: MouthState) -> None:
    pen.fill(ellipse((0, -0.105), (0.088, 0.062)), head.identity.colours.light)
    for side in (-1.0, 1.0):
        for lean in (0.0, -0.03):
            pen.line(polygon((side * 0.11, -0.09 + lean), (side * 0.23, -0.075 + lean * 2)), 0.007, head.ink)
    _mouth(pen, (0, -0.115), 0.05, mouth)
    pen.solid([Part(ellipse((0, -0.073), (0.034, 0.029), count=18))], NOSE_PINK, head.ink, 0.006)


def _snout(pen: Pen, head: Head, mouth: MouthState) -> None:
    colours = head.identity.colours
    _mouth(pen, (0, -0.155), 0.06, mouth, _lip_ink(head))
    snout = mix(colours.body, colours.mark, 0.45)
    pen.solid([Part(ellipse((0, -0.085), (0.088, 0.058), power=2.4))], snout, head.ink, head.outline * 0.55)
    for side in (-1.0, 1.0):
        pen.fill(ellipse((side * 0.03, -0.085), (0.013, 0.021), count=12), shade(colours.mark, 0.45))


def _frog(pen: Pen, head: Head, mouth: MouthState) -> None:
    ink = _lip_ink(head)
    for side in (-1.0, 1.0):
        pen.fill(ellipse((side * 0.028, 0.015), (0.009, 0.009), count=8), ink)
    if mouth == "smile":
        pen.line(curve((-0.19, -0.035), (0, -0.165), (0.19, -0.035), 14), 0.0165, ink)
    else:
        _mouth(pen, (0, -0.07), 0.11, mouth, ink)


def _beak(pen: Pen, head: Head, mouth: MouthState) -> None:
    gape = {"open": 0.05, "round": 0.03, "chew": 0.02}.get(mouth, 0.0)
    if gape:
        pen.solid([Part(ellipse((0, -0.1 - gape * 0.5), (0.05, 0.02 + gape)))], MOUTH, head.ink, head.outline * 0.7)
        pen.fill(ellipse((0, -0.115 - gape * 0.8), (0.028, 0.014), count=12), TONGUE)
    beak = rounded(polygon((-0.085, -0.07), (0, -0.028), (0.085, -0.07), (0, -0.142 + gape * 0.4)), rounds=2)
    pen.rounded_solid(beak, BEAK, shade(BEAK, 0.18), head.ink, head.outline * 0.7)


def _panel(pen: Pen, head: Head, mouth: MouthState) -> None:
    if mouth == "smile":
        _mouth(pen, (0, -0.09), 0.085, mouth)
        return
    high = {"open": 0.034, "round": 0.03, "chew": 0.016}.get(mouth, 0.01)
    pen.solid([Part(box((0, -0.105), (0.085 if mouth != "round" else 0.04, high), 0.012))], MOUTH, INK, 0.008)
    for x in (-0.04, 0.0, 0.04):
        pen.line(polygon((x, -0.105 - high), (x, -0.105 + high)), 0.007, (255, 230, 160))


def _smile(pen: Pen, head: Head, mouth: MouthState) -> None:
    _mouth(pen, (0, -0.07), 0.07, mouth, _lip_ink(head))


def _nose(pen: Pen, at: Pair, size: Pair) -> None:
    pen.fill(ellipse(at, size, power=2.4), PUPIL)
    pen.fill(
        ellipse((at[0] - size[0] * 0.3, at[1] + size[1] * 0.35), (size[0] * 0.28, size[1] * 0.25), count=10), WHITE
    )


_MUZZLES = {
    "cat": _cat,
    "dog": _dog,
    "bear": _bear,
    "rabbit": _rabbit,
    "fox": _fox,
    "mouse": _mouse,
    "snout": _snout,
    "frog": _frog,
    "beak": _beak,
    "panel": _panel,
    "smile": _smile,
}
