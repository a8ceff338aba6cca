"""Single objects of a version: named without being fetched, brought near, removed from every place."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import boto3
import pytest
from servers.s3 import S3Server
from small_dataset import write_small_dataset

from pegbar.errors import IntegrityError, NotFoundError, StorageError
from pegbar.versions.objects import (
    DEFAULT_CACHE,
    WHOLE,
    bring_objects,
    objects_of,
    pointer_at,
    remove_objects,
    spare_objects,
)
from pegbar.workspace import Workspace

STORIES = "tables/stories/ab.parquet"


def object_in(place: Path, md5: str) -> Path:
    return place / "files" / "md5" / md5[:2] / md5[2:]


def revisions(workspace: Workspace) -> list[str]:
    return [version.revision for version in workspace.versions()]


def test_objects_are_the_md5_of_every_file(two_versions: Workspace) -> None:
    second, first = (objects_of(two_versions.root, revision) for revision in revisions(two_versions))
    files = {
        path.relative_to(two_versions.data).as_posix(): hashlib.md5(path.read_bytes()).hexdigest()
        for path in two_versions.data.rglob("*")
        if path.is_file()
    }
    listed = second.pop(WHOLE)
    assert second == files
    assert listed == pointer_at(two_versions.root, None).md5
    assert listed.endswith(".dir")
    assert {path for path in second if second[path] != first[path]} == {STORIES, "card.json"}


def test_a_damaged_or_lost_object_of_the_cache_comes_back_from_the_remote(two_versions: Workspace) -> None:
    names = [objects_of(two_versions.root, revisions(two_versions)[1])[path] for path in (STORIES, "card.json")]
    damaged, lost = (object_in(two_versions.root / ".dvc" / "cache", name) for name in names)
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    damaged.chmod(0o444)
    lost.unlink()
    found = bring_objects(two_versions.root, names)
    assert [hashlib.md5(found[name].read_bytes()).hexdigest() for name in names] == names
    assert found[names[0]] == two_versions.root / DEFAULT_CACHE / names[0][:2] / names[0][2:]


def test_an_object_that_nobody_has_is_named(two_versions: Workspace) -> None:
    name = objects_of(two_versions.root, None)[STORIES]
    for place in (".dvc/cache", ".dvc-remote"):
        object_in(two_versions.root / place, name).unlink()
    with pytest.raises(StorageError, match=f"1 of 1 objects .* first {name}"):
        bring_objects(two_versions.root, [name])


def test_a_cache_can_spare_what_only_old_versions_name_and_a_remote_really_has(two_versions: Workspace) -> None:
    root, (second, first) = two_versions.root, revisions(two_versions)
    only_old = sorted(set(objects_of(root, first).values()) - set(objects_of(root, second).values()))
    files = [object_in(root / ".dvc" / "cache", name) for name in only_old if not name.endswith(".dir")]
    assert spare_objects(root, [first], [None]) == sorted(files) != []
    assert spare_objects(root, [first], [None, first]) == spare_objects(root, [], [None]) == []
    object_in(root / ".dvc-remote", f"{files[0].parent.name}{files[0].name}").unlink()  # which DVC remembers as pushed
    assert spare_objects(root, [first], [None]) == sorted(files[1:])


def test_removed_objects_are_gone_from_cache_and_every_remote(two_versions: Workspace, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    for command in (["remote", "add", "backup", str(backup)], ["push", "--remote", "backup"]):
        subprocess.run([sys.executable, "-m", "dvc", *command], cwd=two_versions.root, capture_output=True, check=True)
    newest, oldest = revisions(two_versions)
    only_old = set(objects_of(two_versions.root, oldest).values()) - set(objects_of(two_versions.root, newest).values())
    places = {
        "the cache": two_versions.root / ".dvc/cache",
        "storage": two_versions.root / ".dvc-remote",
        "backup": backup,
    }
    stray = object_in(places["storage"], "ab" + "0" * 30).parent / ".half.tmp"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"half")
    os.utime(stray, (0, 0))
    assert remove_objects(two_versions.root, only_old) == {"the cache": 3, "storage": 3, "backup": 0}
    assert not [name for name in only_old for place in places.values() if object_in(place, name).exists()]
    assert not stray.exists()
    assert remove_objects(two_versions.root, only_old) == {"the cache": 0, "storage": 0, "backup": 0}
    shutil.rmtree(two_versions.data)
    two_versions.pull()
    with pytest.raises(StorageError, match="neither in the cache nor in a remote"):
        objects_of(two_versions.root, oldest)


def test_what_was_removed_with_its_list_can_be_pushed_again(two_versions: Workspace) -> None:
    objects = objects_of(two_versions.root, None)
    name = objects[STORIES]
    remove_objects(two_versions.root, [name, objects[WHOLE]])
    two_versions.commit_version("Second again")
    assert object_in(two_versions.root / ".dvc-remote", name).is_file()


def test_a_bucket_is_reached_as_dvc_reaches_it_and_keeps_no_older_version_or_part(
    tmp_path: Path, moto_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in moto_server.environment().items():
        monkeypatch.setenv(variable, value)
    client = boto3.client("s3", endpoint_url=moto_server.endpoint_url)
    bucket = f"versions-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    workspace = Workspace.create(tmp_path, f"s3://{bucket}/data")
    config = workspace.root / ".dvc" / "config.local"
    config.write_text(f"['remote \"storage\"']\n    endpointurl = {moto_server.endpoint_url}\n")
    write_small_dataset(workspace.data)
    revision = workspace.commit_version("First")
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]]
    shutil.rmtree(workspace.root / ".dvc" / "cache")
    names = objects_of(workspace.root, revision)
    assert {key.removeprefix("data/files/md5/").replace("/", "") for key in keys} == set(names.values())
    for key in ("data/files/md5/ab/of-somebody-else", keys[0]):
        client.create_multipart_upload(Bucket=bucket, Key=key)
    client.delete_object(Bucket=bucket, Key=keys[0])
    client.copy_object(Bucket=bucket, Key=keys[0], CopySource=f"{bucket}/{keys[1]}")
    assert remove_objects(workspace.root, names.values()) == {"the cache": 1, "storage": len(names)}
    versions = client.list_object_versions(Bucket=bucket)
    assert not versions.get("Versions") and not versions.get("DeleteMarkers")
    uploads = client.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [upload["Key"] for upload in uploads] == ["data/files/md5/ab/of-somebody-else"]
    for upload in uploads:
        client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    client.delete_bucket(Bucket=bucket)


@pytest.mark.parametrize(
    "content",
    ["", "outs:", "outs: [", "outs:\n- md5: ab\n  size: 1\n  nfiles: 1\n", "\0", "outs:\n- size: 1\n", "[1, 2]"],
)
def test_a_corrupt_pointer_is_said(two_versions: Workspace, content: str) -> None:
    (two_versions.root / "data.dvc").write_text(content)
    with pytest.raises(IntegrityError, match="data.dvc is not a pointer"):
        objects_of(two_versions.root, None)


def test_a_list_that_points_out_of_the_cache_is_refused(two_versions: Workspace) -> None:
    content = json.dumps([{"md5": "../../../../etc/passwd", "relpath": "card.json"}]).encode()
    name = f"{hashlib.md5(content).hexdigest()}.dir"
    target = object_in(two_versions.root / ".dvc" / "cache", name)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(content)
    (two_versions.root / "data.dvc").write_text(f"outs:\n- md5: {name}\n  size: 1\n  nfiles: 1\n")
    with pytest.raises(IntegrityError, match="is not a list of files"):
        objects_of(two_versions.root, None)


def test_a_commit_without_a_version_is_said(two_versions: Workspace) -> None:
    root = subprocess.run(
        ["git", "rev-list", "--max-parents=0", "HEAD"],
        cwd=two_versions.root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    with pytest.raises(NotFoundError, match="has no version at"):
        objects_of(two_versions.root, root)
