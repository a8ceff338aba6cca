"""HTTP to a language model's server that ends: tries, waits, seconds and bytes all have bounds.

It lies under the vendors' SDKs, whose own retries are off, so that one rule holds for all of them.
"""

import asyncio
import json
import ssl
from functools import cache
from urllib.request import getproxies, proxy_bypass

import httpx2
from pydantic_ai.retries import AsyncHTTPX2TenacityTransport, RetryConfig, wait_retry_after
from tenacity import retry_if_exception_type, stop_after_attempt, wait_exponential

from pegbar.calls import LOOPBACK_HOSTS, CallLimits

RETRIED_STATUSES = (408, 425, 429, 500, 502, 503, 504)
CONNECT_SECONDS = 10.0


class BrokenBodyError(httpx2.TransportError):
    """A successful answer whose body is no JSON: it was cut off on its way."""


class RefusedResponseError(Exception):
    """An answer that is too large, packed, or a redirect; asking again would not help."""


class Whole(httpx2.AsyncBaseTransport):
    """Reads each answer to its end before it hands it on, within bounds of time and size."""

    def __init__(self, wrapped: httpx2.AsyncBaseTransport, limits: CallLimits) -> None:
        self._wrapped = wrapped
        self._limits = limits

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the whole answer.

        Raises:
            httpx2.ReadTimeout: it took longer than one attempt may. BrokenBodyError, RefusedResponseError.
        """
        request.headers["accept-encoding"] = "identity"
        try:
            async with asyncio.timeout(self._limits.max_attempt_seconds):
                response = await self._wrapped.handle_async_request(request)
                try:
                    content = await self._read(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            seconds = self._limits.max_attempt_seconds
            raise httpx2.ReadTimeout(f"no whole answer within {seconds:g} s", request=request) from error
        if response.is_success:
            _check_json(content, request)
        return httpx2.Response(response.status_code, headers=response.headers, content=content, request=request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wrapped.aclose()

    async def _read(self, response: httpx2.Response) -> bytes:
        if response.is_redirect:
            host = httpx2.URL(response.headers.get("location", "")).host
            raise RefusedResponseError(f"it redirects to {host or 'another address'}, which is not followed")
        packing = response.headers.get("content-encoding", "identity")
        if packing != "identity":
            raise RefusedResponseError(f"the answer is packed ({packing}), which was not asked for")
        content = bytearray()
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > self._limits.max_response_bytes:
                raise RefusedResponseError(f"the answer is larger than {self._limits.max_response_bytes} bytes")
        return bytes(content)


@cache
def certificates() -> ssl.SSLContext:
    """Return whom to trust; reading it takes a while, so all calls of a process share it."""
    return httpx2.create_ssl_context()


def http_client(limits: CallLimits, base_url: str) -> httpx2.AsyncClient:
    """Return a client that tries again where that may help, and follows no redirect."""
    transport = AsyncHTTPX2TenacityTransport(
        RetryConfig(
            retry=retry_if_exception_type((httpx2.TransportError, httpx2.HTTPStatusError)),
            wait=wait_retry_after(
                wait_exponential(multiplier=0.5, max=limits.max_wait_seconds), limits.max_wait_seconds
            ),
            stop=stop_after_attempt(limits.max_attempts),
            reraise=True,
        ),
        wrapped=Whole(httpx2.AsyncHTTPTransport(verify=certificates(), proxy=_proxy(base_url)), limits),
        validate_response=_raise_where_retried,
    )
    timeout = httpx2.Timeout(limits.max_attempt_seconds, connect=CONNECT_SECONDS)
    return httpx2.AsyncClient(transport=transport, timeout=timeout, follow_redirects=False)


def _raise_where_retried(response: httpx2.Response) -> None:
    if response.status_code in RETRIED_STATUSES:
        response.raise_for_status()


def _check_json(content: bytes, request: httpx2.Request) -> None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BrokenBodyError(f"the answer's body is not JSON: {error}", request=request) from error
    if not isinstance(value, dict):
        raise BrokenBodyError("the answer's body is no JSON object", request=request)


def _proxy(base_url: str) -> str | None:
    url = httpx2.URL(base_url)
    is_direct = url.host in LOOPBACK_HOSTS or proxy_bypass(url.host)
    return None if is_direct else getproxies().get(url.scheme)
