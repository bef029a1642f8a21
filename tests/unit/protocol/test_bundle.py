"""The agent's bundle: whole or refused, with the digest that the agent computes too."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from hyperv_operator.errors import BundleError
from hyperv_operator.protocol.bundle import digest_of, make_bundle, version_folder, version_name

ISOS = {"isos/windows.iso": b"w", "isos/linux.iso": b"l"}


def _files(**manifest: Any) -> dict[str, bytes]:
    content = json.dumps({"version": "1.0.0", "schema_versions": [1], **manifest})
    return {**ISOS, "agent-manifest.json": content.encode(), "lib/X.ps1": b"x"}


def test_a_bundle_is_named_by_its_manifest_and_its_digest() -> None:
    files = _files(schema_versions=[1, 2])
    bundle = make_bundle(files, "script")
    assert (bundle.version, bundle.schema_versions, bundle.script) == ("1.0.0", (1, 2), "script")
    assert bundle.digest == digest_of(files)
    assert bundle.digest.startswith(f"sha256:{bundle.name}")
    assert bundle.files == files


@pytest.mark.parametrize("path", ["agent-manifest.json", "isos/windows.iso", "isos/linux.iso"])
def test_a_bundle_without_manifest_or_iso_is_refused(path: str) -> None:
    files = _files()
    del files[path]
    with pytest.raises(BundleError, match=f"{path} is missing"):
        make_bundle(files, "")


@pytest.mark.parametrize(
    ("manifest", "good"),
    [
        ({"version": "x"}, True),
        ({"version": ""}, False),
        ({"version": "x" * 64}, True),
        ({"version": "x" * 65}, False),
        ({"schema_versions": []}, False),
        ({"schema_versions": [1] * 16}, True),
        ({"schema_versions": [1] * 17}, False),
        ({"schema_versions": [0]}, False),
        ({"novel": 1}, True),
    ],
)
def test_a_manifest_has_a_version_of_1_to_64_characters_and_1_to_16_schema_versions(
    manifest: dict[str, Any], good: bool
) -> None:
    if good:
        assert make_bundle(_files(**manifest), "")
    else:
        with pytest.raises(BundleError, match=r"agent-manifest\.json cannot be used"):
            make_bundle(_files(**manifest), "")


def test_the_digest_covers_each_files_content_and_path_in_sorted_lines() -> None:
    one, two = hashlib.sha256(b"1").hexdigest(), hashlib.sha256(b"2").hexdigest()
    lines = sorted([f"{one}  b\n", f"{two}  a\n"])
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert digest_of({"b": b"1", "a": b"2"}) == f"sha256:{expected}"


def test_a_versions_folder_has_the_first_16_digits_of_its_digest() -> None:
    assert version_name("sha256:0123456789abcdef9999") == "0123456789abcdef"


@pytest.mark.parametrize(("name", "folder"), [("abc", "C:\\A\\versions\\abc"), (None, "C:\\A"), ("", "C:\\A")])
def test_an_agent_that_was_installed_by_hand_is_in_the_root(name: str | None, folder: str) -> None:
    assert version_folder("C:\\A", name) == folder
