"""VERIFY.md: how to check the bundle, with our verifier and without it."""

from bequest.crypto.sm2 import ID
from bequest.crypto.verify import NAMESPACE
from bequest.evidence.trust import Trust

_ZH = """# 怎样核验本证据包

案件 `{case}`{rehearsal_zh}。事由 {event}。日志来源 `{origin}`。

**先看信任文件。** 核验用的 `trust.json` 必须由另一条途径取得（交接协议附件、公证处、律师），不能取自本包。
`data/trust/` 里的是抄件，只能证明本包自洽。请先核对公钥指纹：

- 平台公钥 `{platform}`
- 日志公钥 `{log}`

## 用核验程序

```
bequest-verify {bundle} --trust trust.json{flag}
```

退出码 0 为通过，8 为不通过（写明哪个文件、为什么），2 为输入不可用。独立版 `bequest-verify.pyz` 只需
Python 3.11 以上，不装任何库，可在 Windows 上运行，不联网（查时间戳另需 `rfc3161-client`）。

## 不用我们的程序

在本目录执行：

```
sha256sum -c manifest-sha256.txt
sha256sum -c tagmanifest-sha256.txt
{manifest_commands}
```

批准：`data/approvals/` 下每份 `.txt` 是本人签署的原文，`.txt.sig` 是其签名
（原文标题写明“平台见证”的，由平台签名，`PERSON` 填 `platform`）：

```
{approval_command}
```

陈述：`*.dsse.json` 是 DSSE 信封。平台签名可用 openssl 3 核对：

```
{dsse_commands}
```

日志：`data/log/` 是 C2SP tlog-tiles 格式（RFC 6962 默克尔树、签名检查点），`data/proofs/` 是 tlog-proof；
任何支持这些格式的工具（如 Go 的 `sumdb/note`、`sumdb/tlog`）都能核对。

{witnesses_zh}
{time_zh}{guomi_zh}
## 本包证明什么，不证明什么

它证明：在声明的范围内，谁在何时决定、告知、交付、销毁了什么，谁批准，独立检验人找了哪里、找到什么；以及这些记录自签署后
未被改动。它不能证明：未声明的来源不存在；无人另存副本；接收方之后如何使用；签名人所述内容本身为真。
"""

_EN = """
---

# How to check this bundle

Case `{case}`{rehearsal_en}. Event {event}. Log origin `{origin}`.

**The trust file comes first.** The `trust.json` you check with must have reached you by another way (annex of the
agreement, notary, counsel), never out of this bundle. What lies in `data/trust/` is a copy and shows only that the
bundle agrees with itself. Compare the fingerprints first:

- platform key `{platform}`
- log key `{log}`

## With the verifier

```
bequest-verify {bundle} --trust trust.json{flag}
```

Exit code 0: it verifies; 8: it does not, and the output names file and reason; 2: the input cannot be used. The
stand-alone `bequest-verify.pyz` needs Python 3.11 or later and no library, runs on Windows too, and uses no network
(time stamps need `rfc3161-client` besides).

## Without our program

In this folder:

```
sha256sum -c manifest-sha256.txt
sha256sum -c tagmanifest-sha256.txt
{manifest_commands}
```

Approvals: each `.txt` in `data/approvals/` is the text a person signed, `.txt.sig` the signature
(where the title of the text says that the platform attests it, the platform signed: `PERSON` is `platform`):

```
{approval_command}
```

Statements: `*.dsse.json` are DSSE envelopes. A signature by the platform, with openssl 3:

```
{dsse_commands}
```

Log: `data/log/` is in C2SP tlog-tiles form (RFC 6962 tree, signed checkpoint), `data/proofs/` holds tlog-proofs; any
tool for these formats (such as Go's `sumdb/note` and `sumdb/tlog`) can check them.

{witnesses_en}
{time_en}{guomi_en}
## What it proves and what it does not

It proves, within the declared scope: who decided, told, delivered, destroyed what and when, who approved, where the
independent verifier looked and what was found; and that none of this was changed since it was signed. It cannot prove
that no undeclared source exists, that nobody kept another copy, what the receiver does later, or that what a signer
said is true.
"""


_ALONE_ZH = """本案没有见证人，日志*自行发布*：须另有先前留存的检查点（`--earlier`），才能排除另一份历史。"""
_ALONE_EN = """There is no witness: the log is *self-published*. Only a checkpoint kept from earlier (`--earlier`) rules
out a second history."""
_SEEN_ZH = """见证人会签日志头（cosignature/v1），须有 {quorum} 家；公钥须与信任文件核对：

{keys}

`data/heads/` 是历次交给见证人的日志头：`N.checkpoint` 为日志所签，`N.cosignatures` 为见证人的签名行，
首尾相接即会签的检查点：`cat data/heads/N.checkpoint data/heads/N.cosignatures`。
手里有先前留存的检查点，可用 `--earlier 文件` 核对日志是否包含它。"""
_SEEN_EN = """Witnesses cosign the head of the log (cosignature/v1), {quorum} must have. Compare their keys with the
trust file:

{keys}

`data/heads/` has the heads that witnesses were shown: `N.checkpoint` as the log signed it, `N.cosignatures` with their
signature lines; one behind the other they are the cosigned checkpoint:
`cat data/heads/N.checkpoint data/heads/N.cosignatures`. Where you kept a checkpoint from earlier, `--earlier FILE`
checks that the log contains it."""


_TIME_ZH = """
时间戳（RFC 3161）覆盖 `N.checkpoint`，根证书须与信任文件核对；核验程序查它另需 `rfc3161-client` 库，或者用 openssl
（机构证书过期后加 `-attime 时间戳的秒数`）：

```
{command}
```
"""
_TIME_EN = """
Time stamps (RFC 3161) cover `N.checkpoint`; compare the root with the trust file. The verifier needs the library
`rfc3161-client` for them; or openssl (once the authority's certificate has expired, with `-attime SECONDS`, the time of
the stamp):

```
{command}
```
"""
_TIME_COMMAND = (
    "openssl ts -verify -data data/heads/N.checkpoint -in data/heads/N.tsr -CAfile data/trust/tsa-roots.pem\n"
    "openssl ts -reply -in data/heads/N.tsr -text"
)


_GUOMI_COMMAND = f"""openssl pkeyutl -verify -pubin -inkey data/trust/guomi.pub.pem -rawin -digest sm3 \\
  -pkeyopt distid:{ID.decode()} -in manifest-sm3.txt -sigfile manifest-sm3.txt.sm2"""
_GUOMI_ZH = """
国密：`manifest-sm3.txt` 是全部文件的 SM3 摘要，`.sm2` 是其 SM2 签名（公钥 `{key}`，须与信任文件核对）；日志检查点和
每份陈述另有一份签名，在 `data/guomi/` 下同名处。用 openssl 3 核对：

```
{command}
```
"""
_GUOMI_EN = """
SM2 and SM3 (the 国密 profile): `manifest-sm3.txt` has the SM3 digest of every file, `.sm2` the signature over it (key
`{key}`, to be compared with the trust file); the checkpoint of the log and each statement have one more, at the same
path below `data/guomi/`. With openssl 3:

```
{command}
```
"""


def _witnesses(trust: Trust, seen: str, alone: str) -> str:
    keys = "\n".join(f"- `{vkey}`" for vkey in trust.witnesses)
    return seen.format(quorum=trust.quorum, keys=keys) if keys else alone


def render_verify_page(trust: Trust) -> bytes:
    """The page for this case."""
    keygen = f"ssh-keygen -Y verify -f data/trust/allowed_signers -n {NAMESPACE}"
    values = {
        "case": trust.case,
        "event": trust.event,
        "origin": trust.origin,
        "rehearsal_zh": "（演练，不具证明力）" if trust.rehearsal else "",
        "rehearsal_en": " (a rehearsal: it proves nothing)" if trust.rehearsal else "",
        "flag": " --rehearsal" if trust.rehearsal else "",
        "bundle": f"evidence-{trust.case}",
        "platform": trust.platform.fingerprint,
        "log": trust.log_vkey,
        "witnesses_zh": _witnesses(trust, _SEEN_ZH, _ALONE_ZH),
        "witnesses_en": _witnesses(trust, _SEEN_EN, _ALONE_EN),
        "time_zh": _TIME_ZH.format(command=_TIME_COMMAND) if trust.tsa_roots else "",
        "time_en": _TIME_EN.format(command=_TIME_COMMAND) if trust.tsa_roots else "",
        "guomi_zh": _GUOMI_ZH.format(key=trust.guomi.fingerprint, command=_GUOMI_COMMAND) if trust.guomi else "",
        "guomi_en": _GUOMI_EN.format(key=trust.guomi.fingerprint, command=_GUOMI_COMMAND) if trust.guomi else "",
        "manifest_commands": "\n".join(
            f"{keygen} -I platform -s {name}.sig < {name}" for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt")
        ),
        "approval_command": f"{keygen} -I PERSON -s APPROVAL.txt.sig < APPROVAL.txt",
        "dsse_commands": (
            "F=data/statements/NAME.dsse.json; T=application/vnd.in-toto+json\n"
            "jq -r .payload $F | base64 -d > payload\n"
            f"jq -r '.signatures[]|select(.keyid==\"{trust.platform.fingerprint}\").sig' $F | base64 -d > sig\n"
            "{ printf 'DSSEv1 %d %s %d ' ${#T} $T $(wc -c <payload); cat payload; } > pae\n"
            "openssl pkeyutl -verify -pubin -inkey data/trust/platform.pub.pem -rawin -in pae -sigfile sig"
        ),
    }
    return (_ZH + _EN).format(**values).encode()
