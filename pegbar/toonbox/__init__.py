"""A miniature world: short cartoons drawn from a seed, with the truth about every frame."""
