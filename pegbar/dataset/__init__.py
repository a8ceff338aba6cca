"""A dataset version, read: from a folder or from a store, as tables, views and members."""

from pegbar.dataset.dataset import Dataset, DatasetCard
from pegbar.dataset.files import CARD_NAME
from pegbar.dataset.training_view import ReferenceView, ShotView, StoryView

__all__ = ["CARD_NAME", "Dataset", "DatasetCard", "ReferenceView", "ShotView", "StoryView"]
