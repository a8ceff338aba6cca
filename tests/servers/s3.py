"""What a test needs to know of an S3-compatible server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class S3Server:
    """A running server; `checks_credentials` tells whether it refuses wrong ones."""

    endpoint_url: str
    access_key: str
    secret_key: str
    checks_credentials: bool

    def environment(self) -> dict[str, str]:
        """Return the variables from which every S3 client takes its credentials."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
