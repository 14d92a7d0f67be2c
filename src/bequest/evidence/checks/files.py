"""Files: nothing unsafe, nothing missing, nothing more, every byte as signed."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bequest.crypto.verify import PublicKey, verify_sshsig
from bequest.evidence import bag
from bequest.evidence.checks.guomi import check_guomi_manifest
from bequest.evidence.report import Findings
from bequest.evidence.trust import Trust
from bequest.kernel.errors import VerificationError

_MAX_TAG_BYTES = 16 << 20
_MAX_READ_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class BundleFiles:
    """The payload of a bundle whose digests were checked. Paths are those of the manifest."""

    top: Path
    digests: Mapping[str, str]

    def read(self, path: str, limit: int = _MAX_READ_BYTES) -> bytes:
        """The content of a file, once more compared with its digest: it may have changed since it was checked.

        Raises:
            VerificationError: where it is missing, too large to read at once, or changed.
        """
        if path not in self.digests:
            raise VerificationError(f"the bundle has no {path}")
        data = _read_capped(self.top / path, limit)
        if hashlib.sha256(data).hexdigest() != self.digests[path]:
            raise VerificationError(f"{path} changed while it was being read")
        return data

    def text(self, path: str) -> str:
        """The content of a text file in UTF-8.

        Raises:
            VerificationError: as `read`, or where it is not UTF-8.
        """
        try:
            return self.read(path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise VerificationError(f"{path} is not UTF-8") from error

    def below(self, folder: str) -> tuple[str, ...]:
        """The paths that begin with `folder`, sorted."""
        return tuple(sorted(path for path in self.digests if path.startswith(folder)))


def check_files(top: Path, trust: Trust, findings: Findings) -> BundleFiles | None:
    """The payload, where all of it is as signed; otherwise nothing, and the findings say which file is not."""
    present = _walk(top, findings)
    if present is None:
        return None
    names = (*bag.TAG_FILES, *(bag.GUOMI_FILES if trust.guomi else ()))
    tags = _read_tags(top, names, present, findings)
    if tags is None:
        return None
    _check_signatures(tags, trust.platform, findings)
    _check_tags(tags, names, findings)
    digests = _parsed(bag.MANIFEST, tags[bag.MANIFEST], findings)
    if digests is None:
        return None
    payload = {path for path in present if path.startswith(bag.DATA)}
    _check_set(present, payload, names, digests, findings)
    n_bytes = sum(present[path] for path in payload)
    _check_bag_info(tags[bag.BAG_INFO], trust, n_bytes, len(payload), findings)
    _check_digests(top, {path: digests[path] for path in sorted(payload & digests.keys())}, findings)
    if findings.any_failed:
        return None
    if trust.guomi:
        check_guomi_manifest(top, tags, payload, trust.guomi, findings)
        if findings.any_failed:
            return None
    findings.passed(
        "files.digests",
        f"清单列明的 {len(payload)} 个文件逐字节相符，此外别无文件",
        f"{len(payload)} files are as the manifest lists them, byte for byte, and there is no other",
        file=bag.MANIFEST,
    )
    return BundleFiles(top, digests)


def _walk(top: Path, findings: Findings) -> dict[str, int] | None:
    """Path → size of every regular file; None where something is unsafe to go on with."""
    present: dict[str, int] = {}
    total = 0
    for path, is_plain, n_bytes in _entries(top, ""):
        if not is_plain:
            findings.failed("files.safe", path, "是链接或特殊文件", "this is a link or a special file")
            return None
        if not bag.is_portable_path(path):
            findings.failed("files.safe", path, "文件名不安全", "this file name is not safe")
            return None
        total += n_bytes
        present[path] = n_bytes
        too_big = n_bytes > bag.MAX_FILE_BYTES or total > bag.MAX_BUNDLE_BYTES
        if too_big or len(present) > bag.MAX_FILES:
            findings.failed("files.safe", path, "证据包过大", "the bundle is larger than a bundle may be")
            return None
    return present


def _entries(folder: Path, prefix: str) -> Iterator[tuple[str, bool, int]]:
    """Everything below but plain folders: path, whether it is a plain file, size. Links are never followed."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        path = prefix + entry.name
        info = entry.stat(follow_symlinks=False)
        # A junction on Windows is a folder to stat, and a way out of the bundle all the same.
        leads_away = getattr(info, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT
        if leads_away or len(path) > bag.MAX_PATH_CHARACTERS or not stat.S_ISDIR(info.st_mode):
            yield path, stat.S_ISREG(info.st_mode) and not leads_away, info.st_size
        else:
            yield from _entries(Path(entry.path), path + "/")


def _read_tags(
    top: Path, listed: Sequence[str], present: Mapping[str, int], findings: Findings
) -> dict[str, bytes] | None:
    names = (*listed, bag.TAGMANIFEST, bag.TAGMANIFEST_SIG)
    for name in names:
        if present.get(name, _MAX_TAG_BYTES + 1) > _MAX_TAG_BYTES:
            findings.failed("files.listed", name, "缺少此文件或文件过大", "this file is missing or too large")
    if findings.any_failed:
        return None
    return {name: _read_capped(top / name, _MAX_TAG_BYTES) for name in names}


def _check_signatures(tags: Mapping[str, bytes], key: PublicKey, findings: Findings) -> None:
    for name, signature in ((bag.MANIFEST, bag.MANIFEST_SIG), (bag.TAGMANIFEST, bag.TAGMANIFEST_SIG)):
        try:
            verify_sshsig(tags[name], tags[signature].decode("ascii", "replace"), key)
        except VerificationError as error:
            zh, en = f"{signature} 不是平台对 {name} 的签名", f"{signature} is not the platform's signature over {name}"
            findings.refused("files.signature", name, zh, en, error)
        else:
            zh, en = f"平台（{key.fingerprint}）的签名相符", f"signed by the platform ({key.fingerprint})"
            findings.passed("files.signature", zh, en, file=name)


def _check_tags(tags: Mapping[str, bytes], names: Sequence[str], findings: Findings) -> None:
    if tags[bag.BAGIT] != bag.BAGIT_TEXT:
        findings.failed("files.tags", bag.BAGIT, "不是 BagIt 1.0 的声明", "this is not the declaration of BagIt 1.0")
    listed = _parsed(bag.TAGMANIFEST, tags[bag.TAGMANIFEST], findings)
    if listed is None:
        return
    if set(listed) != set(names):
        findings.failed("files.tags", bag.TAGMANIFEST, "所列文件不对", "it lists other files than it should")
    for name in names:
        if listed.get(name) != hashlib.sha256(tags[name]).hexdigest():
            findings.failed("files.digests", name, "内容与清单不符", "its content is not what the tag manifest says")


def _parsed(name: str, data: bytes, findings: Findings) -> dict[str, str] | None:
    try:
        return bag.parse_manifest(data)
    except VerificationError as error:
        findings.refused("files.listed", name, "清单格式不对", "the manifest is malformed", error)
        return None


def _check_set(
    present: Mapping[str, int], payload: set[str], tags: Sequence[str], digests: Mapping[str, str], findings: Findings
) -> None:
    known = {*tags, bag.TAGMANIFEST, bag.TAGMANIFEST_SIG}
    for path in sorted(set(present) - payload - known):
        findings.failed("files.listed", path, "不属于证据包", "this file does not belong to the bundle")
    for path in sorted(payload - digests.keys()):
        findings.failed("files.listed", path, "清单中没有此文件", "the manifest does not list this file")
    for path in sorted(digests.keys() - payload):
        findings.failed("files.listed", path, "清单列有而包内没有", "the manifest lists this file, and it is not there")


def _check_bag_info(data: bytes, trust: Trust, n_bytes: int, n_files: int, findings: Findings) -> None:
    expected = bag.render_bag_info(
        case=trust.case,
        rehearsal=trust.rehearsal,
        bagged_on=bag.bagging_date(data),
        n_bytes=n_bytes,
        n_files=n_files,
    )
    if data != expected:
        zh, en = "案件、演练标志或大小不符", "case, rehearsal flag or sizes are not those of this bundle and trust file"
        findings.failed("files.tags", bag.BAG_INFO, zh, en)


def _check_digests(top: Path, digests: Mapping[str, str], findings: Findings) -> None:
    for path, digest in digests.items():
        with (top / path).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            findings.failed("files.digests", path, "内容与清单不符", "its content is not what the manifest says")


def _read_capped(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise VerificationError(f"{path.name} is too large")
    return data
