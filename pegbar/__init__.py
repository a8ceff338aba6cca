"""pegbar: from films to promoted models for character-consistent animation video."""

__version__ = "0.1.0"
