"""The second signatures of the 国密 profile, where the trust file names an SM2 key: then all must be there and hold."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bequest.crypto.sm2 import Sm2PublicKey
from bequest.evidence import bag
from bequest.evidence.guomi import FOLDER, signature_path, signed_paths, sm3_manifest
from bequest.evidence.report import Findings
from bequest.kernel.errors import VerificationError


def check_guomi_manifest(
    top: Path, tags: Mapping[str, bytes], payload: Iterable[str], key: Sm2PublicKey, findings: Findings
) -> None:
    """The manifest with SM3 lists every file of the payload as it is, and the key signed it."""
    manifest = tags[bag.MANIFEST_SM3]
    if not key.verify(manifest, tags[bag.MANIFEST_SM2]):
        zh, en = "不是国密签名密钥对清单的签名", "its signature is not by the SM2 key over this manifest"
        findings.failed("guomi.signature", bag.MANIFEST_SM2, zh, en)
        return
    if sm3_manifest(top, payload) != manifest:
        zh, en = "SM3 清单与文件不符", "the SM3 digests are not those of the files"
        findings.failed("guomi.digests", bag.MANIFEST_SM3, zh, en)
        return
    zh, en = f"SM2（{key.fingerprint}）签名与 SM3 清单相符", f"SM2 signature ({key.fingerprint}) and SM3 digests hold"
    findings.passed("guomi.signature", zh, en, file=bag.MANIFEST_SM3)


def check_guomi(paths: Iterable[str], read: Callable[[str], bytes], key: Sm2PublicKey, findings: Findings) -> None:
    """The last checkpoint and every statement bear a signature by the key, and there is no other."""
    present = set(paths)
    wanted = {signature_path(path): path for path in signed_paths(present)}
    for stray in sorted(p for p in present - wanted.keys() if p.startswith(FOLDER)):
        findings.failed("guomi.signature", stray, "不属于任何文件", "it is over no file that is signed so")
    good = 0
    for place, path in wanted.items():
        try:
            holds = key.verify(read(path), read(place))
        except VerificationError as error:
            findings.refused("guomi.signature", place, "没有国密签名", "there is no SM2 signature", error)
            continue
        if not holds:
            zh, en = f"不是对 {path} 的国密签名", f"this is no signature of the SM2 key over {path}"
            findings.failed("guomi.signature", place, zh, en)
        good += holds
    if good == len(wanted):
        zh, en = (
            f"日志头与各陈述共 {good} 份均有国密签名",
            f"the head of the log and every statement: {good} SM2 signatures",
        )
        findings.passed("guomi.signature", zh, en, file=FOLDER)
