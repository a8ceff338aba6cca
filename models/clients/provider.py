"""From a provider's settings and the environment to an address that may be called."""

import os
from typing import Literal

from models.clients.wire import Address
from pegbar.calls import CallSettings
from pegbar.errors import ConfigurationError

ProviderName = Literal["openai", "gemini"]


def address_of(name: ProviderName, settings: CallSettings, model: str, vendor_url: str) -> Address:
    """Return where to send questions for `model`.

    Raises:
        ConfigurationError: the provider is not set, or its key is not in the environment; it says what to write.
    """
    provider = getattr(settings, name)
    if provider is None:
        raise ConfigurationError(
            f"no {name} provider is set, so nothing may be sent to {model}",
            remedy=f"write [calls.{name}] with base_url and api_key_variable into settings.toml in the home",
            subject=f"calls.{name}",
        )
    variable = provider.api_key_variable
    key = os.environ.get(variable, "").strip() if variable else ""
    if not key and variable and not provider.is_on_this_machine:
        raise ConfigurationError(
            f"the environment variable {variable} holds no key for {model}",
            remedy=f"export {variable}=..., or name another under [calls.{name}] of settings.toml",
            subject=variable,
        )
    if not (key.isascii() and key.isprintable()):
        raise ConfigurationError(
            f"what the environment variable {variable} holds cannot be a key",
            remedy=f"export {variable}=... with the key alone",
            subject=variable or "",
        )
    return Address(
        base_url=provider.base_url or vendor_url,
        api_key=key or None,
        api_key_variable=variable,
        limits=settings.limits,
        price=provider.prices.get(model),
    )
