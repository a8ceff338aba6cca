"""Image embedders: what identity and consistency scores are measured with."""

from models.embedders.base import ImageEmbedder
from models.embedders.histogram import ColourShapeHistogram, ColourShapeHistogramConfig

# A second backend makes this a union discriminated by `kind`.
EmbedderConfig = ColourShapeHistogramConfig

__all__ = ["ColourShapeHistogram", "ColourShapeHistogramConfig", "EmbedderConfig", "ImageEmbedder"]
