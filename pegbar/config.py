"""The base of every configuration: frozen, closed, validated, with defaults on its own fields."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from pegbar.errors import ConfigurationError


class Config(BaseModel):
    """A frozen settings object that refuses unknown fields.

    Subclasses sit beside the thing they build and carry its defaults; a backend's configuration
    also has a ``build()`` that returns the backend.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    def but(self, **changes: Any) -> Self:
        """Return a variant with some fields changed, validated as if built anew.

        Raises:
            ConfigurationError: a name is not a field, or a value does not validate.
        """
        current = {name: getattr(self, name) for name in type(self).model_fields}
        try:
            return type(self).model_validate(current | changes)
        except ValidationError as error:
            raise ConfigurationError.from_validation(type(self).__name__, error) from error
