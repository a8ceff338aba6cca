"""What edits make their clips and pictures with: the dataset's own configuration, so that they look like the rest."""

from typing import Any

from pydantic import Field, ValidationError

from models.segmenters import MaskLimits
from pegbar.config import Config
from pegbar.errors import ConfigurationError
from pegbar.media import EncodeConfig
from tasks.curation.detection.segments import SegmentConfig


class EditConfig(Config):
    """Clips, masks, cut-outs and segments as the curation makes them."""

    encode: EncodeConfig = EncodeConfig()
    limits: MaskLimits = MaskLimits()
    border_share: float = Field(default=0.06, ge=0)
    segment: SegmentConfig = SegmentConfig()

    @classmethod
    def of(cls, curation: dict[str, Any]) -> "EditConfig":
        """Take what edits need from a curation's configuration, as the dataset's card has it.

        Raises:
            ConfigurationError: another release wrote it.
        """
        references = curation.get("references", {})
        wanted = {
            "encode": curation.get("clips", {}).get("encode"),
            "limits": references.get("limits"),
            "border_share": references.get("border_share"),
            "segment": curation.get("detect", {}).get("segment"),
        }
        try:
            return cls.model_validate({name: value for name, value in wanted.items() if value is not None})
        except ValidationError as error:
            raise ConfigurationError.from_validation(cls.__name__, error) from error
