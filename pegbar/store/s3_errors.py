"""What botocore raises, as errors of the tree. Imported only once an S3 store is built."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from s3transfer.exceptions import RetriesExceededError, S3DownloadFailedError  # type: ignore[import-untyped]

from pegbar.errors import ConfigurationError, DiskFullError, IntegrityError, NotFoundError, PegbarError, StorageError

CUT_SHORT = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}
_SET = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), then: pegbar doctor"
_RENEW = "renew them (AWS_SESSION_TOKEN, or log in to the profile again), then: pegbar resume"
_ALLOW = "allow them s3:GetObject, PutObject, DeleteObject and ListBucket there, or set others, then: pegbar resume"
_REFUSED = {
    "AccessDenied": _ALLOW,
    "ExpiredToken": _RENEW,
    "InvalidAccessKeyId": _SET,
    "InvalidToken": _RENEW,
    "RequestTimeTooSkewed": "set this machine's clock (timedatectl set-ntp true), then: pegbar resume",
    "SignatureDoesNotMatch": _SET,
    "TokenRefreshRequired": _RENEW,
    "401": _SET,
    "403": _SET,
}
_BUSY = {"500", "502", "503", "504", "InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown"}
_FULL = {"507", "EntityTooLarge", "InsufficientStorage", "QuotaExceeded"}
_ALTERED = {"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"}


def code_of(error: ClientError) -> str:
    """Return the S3 error code of an answer ("NoSuchKey", or the HTTP status of one without a body)."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_missing(error: ClientError) -> bool:
    """Tell whether the answer means that the key (or upload) is not there."""
    return code_of(error) in _MISSING


def has_no_reason(error: ClientError) -> bool:
    """Tell whether the answer is a refusal without an S3 error code."""
    return code_of(error) in ("400", "401", "403")


@contextmanager
def s3_errors(bucket: str, subject: str) -> Iterator[None]:
    """Turn whatever the S3 client raises into an error of the tree that names `subject`."""
    try:
        yield
    except ClientError as error:
        raise _answered(error, bucket, subject) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise StorageError(
            f"no usable S3 credentials for bucket {bucket!r}: {error}", remedy=_SET, subject=subject
        ) from error
    except (ConnectionError, HTTPClientError, IncompleteReadError, RetriesExceededError) as error:
        raise _unreachable(bucket, subject, str(error)) from error
    except FlexibleChecksumError as error:
        raise IntegrityError(
            f"{subject} of bucket {bucket!r} came with other bytes than were stored: {error}",
            remedy="pegbar resume",
            subject=subject,
        ) from error
    except (BotoCoreError, Boto3Error, S3DownloadFailedError) as error:
        raise StorageError(
            f"bucket {bucket!r} cannot be used for {subject}: {error}", remedy="pegbar doctor", subject=subject
        ) from error


def _answered(error: ClientError, bucket: str, subject: str) -> PegbarError:
    code = code_of(error)
    if code == "NoSuchBucket":
        return ConfigurationError(
            f"there is no bucket {bucket!r}",
            remedy=f"create it (aws s3 mb s3://{bucket}) or correct store.bucket in settings.toml, then: pegbar resume",
            subject=bucket,
        )
    if code in _MISSING:
        return NotFoundError(f"{subject} is not in bucket {bucket!r}", remedy="pegbar resume", subject=subject)
    if code in _REFUSED or code in _ALTERED:
        return _refused(code, bucket, subject)
    if code in _FULL:
        return DiskFullError(
            f"bucket {bucket!r} has no room for {subject} ({code})",
            remedy="raise its quota or free some space, then: pegbar resume",
            subject=subject,
        )
    if code in _BUSY:
        return _unreachable(bucket, subject, code)
    return StorageError(
        f"bucket {bucket!r} answered {code} for {subject}: {error}", remedy="pegbar doctor", subject=subject
    )


def _refused(code: str, bucket: str, subject: str) -> StorageError:
    if code in _ALTERED:
        return IntegrityError(
            f"{subject} was altered on its way to bucket {bucket!r} ({code}); nothing was stored",
            remedy="pegbar resume; if that ends alike, look at the network between",
            subject=subject,
        )
    return StorageError(
        f"bucket {bucket!r} refused the credentials ({code}) for {subject}", remedy=_REFUSED[code], subject=subject
    )


def _unreachable(bucket: str, subject: str, why: str) -> StorageError:
    return StorageError(
        f"bucket {bucket!r} did not answer for {subject}, retries included: {why}",
        remedy="when the object store is back: pegbar resume",
        subject=subject,
    )
