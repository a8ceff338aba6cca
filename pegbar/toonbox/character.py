"""A whole character from its identity and a pose: tail, legs, body, arms, head, in the painter's order."""

from dataclasses import dataclass

from pegbar.toonbox.accessories import draw_head_accessory, draw_neck_accessory
from pegbar.toonbox.anatomy import ANATOMIES, PROPORTIONS, Anatomy, Proportions
from pegbar.toonbox.colours import Colour, mix, outline_of, shade, tint
from pegbar.toonbox.face import draw_face
from pegbar.toonbox.head import Head, draw_head
from pegbar.toonbox.identity import Identity, Palette
from pegbar.toonbox.limbs import draw_arm, draw_legs
from pegbar.toonbox.pen import Part, Pen
from pegbar.toonbox.pose import Pose
from pegbar.toonbox.shapes import Points, band, box, ellipse, gumdrop, gumdrop_skirt, half_width, pear
from pegbar.toonbox.tails import draw_tail

OUTLINE = 0.0165
LEG_HEIGHT = 0.13
HEAD_HEIGHT = 0.70
SHADOW: Colour = (38, 24, 60)
RAISED_DEGREES = 75.0  # an arm lifted further than this is drawn over the head


@dataclass(frozen=True)
class Body:
    """The measured body of one identity, ready to draw."""

    identity: Identity
    anatomy: Anatomy
    proportions: Proportions
    width: float
    bottom: float
    top: float

    @property
    def colours(self) -> Palette:
        """Return the identity's palette."""
        return self.identity.colours

    @property
    def ink(self) -> Colour:
        """Return the colour of the outlines."""
        return outline_of(self.colours.body)

    @property
    def outline(self) -> Points:
        """Return the body's silhouette."""
        if self.anatomy.limbs == "none":
            return gumdrop(self.width, self.top)
        return pear(self.width, self.bottom, self.top, self.anatomy.body_heavy)

    def stripe(self, low: float, high: float) -> Points:
        """Return a slice of the body between two heights."""
        return band(self.width * 0.985, self.bottom, self.top, self.anatomy.body_heavy, low, high)

    def half_width_at(self, height: float) -> float:
        """Return how far the body reaches to either side."""
        return half_width(self.width, self.bottom, self.top, self.anatomy.body_heavy, height)


def body_of(identity: Identity) -> Body:
    """Measure an identity's body."""
    anatomy, proportions = ANATOMIES[identity.species], PROPORTIONS[identity.build]
    longer = LEG_HEIGHT * (proportions.legs - 1.0)
    is_blob = anatomy.limbs == "none"
    return Body(
        identity=identity,
        anatomy=anatomy,
        proportions=proportions,
        width=anatomy.body_width * proportions.wide,
        bottom=0.0 if is_blob else 0.095 + longer,
        top=0.86 if is_blob else anatomy.body_top + longer,
    )


def face_height(identity: Identity) -> float:
    """Return where the middle of the face is when the character stands."""
    body = body_of(identity)
    return _head_height(body) * body.proportions.high


def draw_shadow(pen: Pen, identity: Identity, pose: Pose) -> None:
    """Draw the shadow on the ground; it shrinks as the character rises."""
    body = body_of(identity)
    share = max(0.35, 1.0 - 1.2 * pose.lift)
    width = (body.width + 0.1) * share * body.proportions.high
    pen.blend(ellipse((pose.x, -0.005), (width, 0.045 * share)), SHADOW, 0.3 * share)


def draw_character(pen: Pen, identity: Identity, pose: Pose) -> None:
    """Draw one character standing at the pen's origin."""
    body = body_of(identity)
    size = body.proportions.high
    squashed = pen.at(pose.x, pose.lift, pose.lean, size / pose.stretch**0.7, size * pose.stretch)
    if not pose.is_back:
        draw_tail(squashed, body.anatomy.tail, body.colours, body.bottom, pose, OUTLINE)
    if body.anatomy.limbs != "none":
        draw_legs(squashed, body.anatomy.limbs, body, pose, OUTLINE)
    _draw_body(squashed, body, pose)
    if pose.is_back:
        draw_tail(squashed, body.anatomy.tail, body.colours, body.bottom, pose, OUTLINE)
    _draw_upper_half(squashed, body, pose)


def _draw_upper_half(pen: Pen, body: Body, pose: Pose) -> None:
    is_blob = body.anatomy.limbs == "none"
    height = _head_height(body)
    head = Head(body.identity, body.anatomy, body.ink, OUTLINE, is_whole_body=is_blob)
    neck_height = 0.2 if is_blob else body.top - 0.085
    raised = [pose.arms[side].degrees > RAISED_DEGREES for side in (0, 1)]
    for side in (0, 1):
        if not raised[side]:
            draw_arm(pen, side, body, pose, OUTLINE)
    draw_neck_accessory(pen.at(0, neck_height), body.identity, body.half_width_at(neck_height), pose.turn, OUTLINE)
    size = body.proportions.head
    top = pen.at(0, height - pose.head_drop, pose.head_tilt, size, size)
    draw_head(top, head, pose)
    if not pose.is_back:
        draw_face(top, head, pose)
    draw_head_accessory(top, body.identity, body.anatomy, pose, OUTLINE)
    for side in (0, 1):
        if raised[side]:
            draw_arm(pen, side, body, pose, OUTLINE)


def _head_height(body: Body) -> float:
    if body.anatomy.limbs == "none":
        return 0.47
    return HEAD_HEIGHT + LEG_HEIGHT * (body.proportions.legs - 1.0)


def _draw_body(pen: Pen, body: Body, pose: Pose) -> None:
    colours = body.colours
    pen.rounded_solid(body.outline, colours.body, shade(colours.body, 0.17), body.ink, OUTLINE)
    _draw_pattern(pen, body, pose)
    if body.identity.species == "robot" and not pose.is_back:
        _draw_panel(pen, body, pose)


def _draw_pattern(pen: Pen, body: Body, pose: Pose) -> None:
    pattern, colours = body.identity.pattern, body.colours
    if body.anatomy.limbs == "none":
        _draw_blob_pattern(pen, body)
    elif pattern == "stripes":
        for share in (0.2, 0.42, 0.64):
            low = body.bottom + share * (body.top - body.bottom)
            pen.fill(body.stripe(low, low + 0.036), colours.mark)
    elif pattern == "spots":
        for x, y, size in ((-0.095, 0.2, 0.036), (0.08, 0.17, 0.03), (0.105, 0.29, 0.034), (-0.07, 0.32, 0.028)):
            wide = body.width / 0.195
            pen.fill(ellipse((x * wide, y + body.bottom - 0.095), (size, size), count=16), colours.mark)
    elif not pose.is_back and (pattern == "belly" or body.identity.species in ("penguin", "frog")):
        centre = (0.045 * pose.turn, body.bottom + 0.165)
        pen.fill(ellipse(centre, (body.width * 0.68, 0.145)), colours.light)


def _draw_blob_pattern(pen: Pen, body: Body) -> None:
    pattern, colours = body.identity.pattern, body.colours
    if pattern == "stripes":
        for high, colour in ((0.235, colours.mark), (0.185, colours.body), (0.13, colours.mark), (0.08, colours.body)):
            pen.fill(gumdrop_skirt(body.width, body.top, high), colour)
    elif pattern == "spots":
        for x, y, size in ((-0.19, 0.2, 0.04), (0.17, 0.16, 0.035), (0.02, 0.12, 0.03), (-0.14, 0.68, 0.032)):
            pen.fill(ellipse((x * body.width / 0.31, y), (size, size), count=16), colours.mark)
    elif pattern in ("belly", "socks"):
        skirt = gumdrop_skirt(body.width, body.top, 0.16)
        pen.fill(skirt, colours.light if pattern == "belly" else colours.mark)
    pen.fill(ellipse((-0.14, 0.7), (0.035, 0.075), -28), mix(colours.body, tint(colours.body, 0.8), 0.75))


def _draw_panel(pen: Pen, body: Body, pose: Pose) -> None:
    centre = (0.03 * pose.turn, body.bottom + 0.21)
    panel = box(centre, (body.width * 0.52, 0.075), 0.025)
    pen.solid([Part(panel)], body.colours.light, body.ink, OUTLINE * 0.5)
    for index, light in enumerate((body.colours.accent, body.colours.mark, (250, 214, 90))):
        spot = (centre[0] + (index - 1) * body.width * 0.3, centre[1])
        pen.solid([Part(ellipse(spot, (0.02, 0.02), count=14))], light, body.ink, OUTLINE * 0.35)
