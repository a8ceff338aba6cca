"""The web: requests to addresses that somebody else chose, with the peer checked and everything bounded."""

from pegbar.web.download import Downloaded, Wanted, download
from pegbar.web.peers import web_address
from pegbar.web.post import post_json
from pegbar.web.settings import WebSettings

__all__ = ["Downloaded", "Wanted", "WebSettings", "download", "post_json", "web_address"]
