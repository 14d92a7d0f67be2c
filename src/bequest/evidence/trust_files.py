"""The keys as files in the bundle, for people who check with standard tools instead of ours. Derived from the trust."""

import re

from bequest.crypto.timestamps import roots_pem
from bequest.crypto.verify import NAMESPACE
from bequest.evidence.guomi import PUBLIC_KEY
from bequest.evidence.note import NoteKey
from bequest.evidence.trust import Trust

POLICY = "data/policy.txt"
TRUST_COPY = "data/trust/trust-copy.json"
PLATFORM = "platform"
_LOG_LINE = re.compile(r"^log (\S+)$", re.MULTILINE)


def key_files(trust: Trust) -> dict[str, bytes]:
    """The files under `data/trust/` that follow from the keys alone."""
    lines = [f'{PLATFORM} namespaces="{NAMESPACE}" {trust.platform.line}']
    lines += [f'{p.id} namespaces="{NAMESPACE}" {p.key.line}' for p in trust.persons if p.key is not None]
    stamping = {"data/trust/tsa-roots.pem": roots_pem(trust.tsa_roots)} if trust.tsa_roots else {}
    second = {PUBLIC_KEY: trust.guomi.pem} if trust.guomi else {}
    return {
        **stamping,
        **second,
        "data/trust/log.vkey": trust.log_vkey.encode() + b"\n",
        "data/trust/platform.pub": f"{trust.platform.line} {PLATFORM}\n".encode(),
        "data/trust/platform.pub.pem": trust.platform.pem,
        "data/trust/allowed_signers": ("\n".join(lines) + "\n").encode(),
    }


def policy_text(trust: Trust) -> bytes:
    """Which checkpoints count, as a C2SP tlog-policy file."""
    lines = [f"log {trust.log_vkey}"]
    names = [f"w{number}" for number, _ in enumerate(trust.witness_keys, start=1)]
    lines += [f"witness {name} {key.vkey}" for name, key in zip(names, trust.witness_keys, strict=True)]
    if trust.quorum:
        lines += [f"group q {trust.quorum} {' '.join(names)}", "quorum q"]
    else:
        lines.append("quorum none")
    return ("\n".join(lines) + "\n").encode()


def names_log(policy: bytes, log: NoteKey) -> bool:
    """Whether a policy file names this log and no other."""
    return _LOG_LINE.findall(policy.decode("utf-8", "replace")) == [log.vkey]
