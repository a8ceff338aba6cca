"""The web: requests to addresses that somebody else chose, with the peer checked and everything bounded."""

from pegbar.web.post import post_json
from pegbar.web.settings import WebSettings

__all__ = ["WebSettings", "post_json"]
