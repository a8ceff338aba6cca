"""Films of video sites: ``youtube:VIDEO_ID``, and ``ytdlp+https://...`` for every other site that yt-dlp reads.

Ids are kept, pictures are for this workspace alone: nobody's licence is assumed for what lies on such a site.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pegbar.digests import digest_of
from pegbar.errors import InputError, MissingExtraError, NotAVideoError
from pegbar.files import write_text
from pegbar.media.container import KINDS
from pegbar.media.names import check_name
from pegbar.media.structure import family_of
from pegbar.web import WebSettings, web_address
from tasks.curation.sources.candidates import (
    Candidate,
    Fetched,
    Recall,
    SourceConfig,
    name_problem,
    refused_candidate,
    shown,
)
from tasks.curation.sources.rights import Said

YOUTUBE = "youtube:"
OTHER = "ytdlp+"
WATCH = "https://www.youtube.com/watch?v="
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}", re.ASCII)


def site_candidate(source: str, said: Said, config: SourceConfig, web: WebSettings, scratch: Path) -> Candidate:
    """Describe a film of a video site; one of YouTube is known by its id, however it is addressed.

    Raises:
        MissingExtraError: yt-dlp is not installed.
    """
    try:
        from yt_dlp.extractor.youtube import YoutubeIE
    except ImportError as error:
        raise MissingExtraError.of("yt-dlp", "youtube") from error

    url = source.removeprefix(OTHER)
    video_id = source.removeprefix(YOUTUBE) if source.startswith(YOUTUBE) else YoutubeIE.get_temp_id(url)
    if video_id is not None:
        return _youtube(str(video_id), said, config, web, scratch)
    try:
        address = web_address(url)
    except InputError as problem:
        return refused_candidate(source.partition("?")[0].rpartition("@")[2], problem, said)
    path = urlsplit(url).path
    name = said.name or unquote(path.rpartition("/")[2], errors="replace")
    return Candidate(
        name=name,
        label=shown(f"{address.scheme}://{address.authority}{path}"),
        subject=source,
        fetch=partial(_fetched, url, None, config.max_height, web, scratch),
        said=said,
        has_default_licence=False,
        problem=name_problem(check_name, name),
    )


def _youtube(video_id: str, said: Said, config: SourceConfig, web: WebSettings, scratch: Path) -> Candidate:
    label = f"{YOUTUBE}{video_id}"
    if not _VIDEO_ID.fullmatch(video_id):
        problem = InputError(f"{shown(label)} is no YouTube id", remedy="give its 11 characters", subject=shown(label))
        return refused_candidate(label, problem, said)
    stamp = f"at most {config.max_height} lines"  # what an id names does not change
    return Candidate(
        name=said.name or f"youtube-{video_id}",
        label=label,
        subject=label,
        fetch=partial(_fetched, WATCH + video_id, stamp, config.max_height, web, scratch),
        said=said,
        has_default_licence=False,
    )


@contextmanager
def _fetched(
    url: str, stamp: str | None, max_height: int, web: WebSettings, scratch: Path, recall: Recall
) -> Iterator[Fetched]:
    from tasks.curation.sources.site_download import download_video

    folder = scratch / "ingest" / digest_of(["video site", url])
    size = folder.with_suffix(".size")  # nobody but the download tells it
    known = recall(stamp or "")
    if known is not None and size.is_file():
        yield Fetched(int(size.read_text()), stamp, sha256=known)
        return
    shutil.rmtree(folder, ignore_errors=True)
    try:
        path = download_video(url, folder, max_height, web)
        if family_of(path) is None:
            raise NotAVideoError(f"what lies there is none of {KINDS}", remedy="leave it out", subject=url)
        write_text(size, str(path.stat().st_size))
        yield Fetched(path.stat().st_size, stamp, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
