"""What the certificate says, as plain texts for the template: numbers with thousands, words in both languages."""

from typing import Any

from bequest.documents.citations import cite
from bequest.documents.codes import CERTIFICATE_WHY, SIGNER_PARTS, code_word
from bequest.documents.limits import LIMITS
from bequest.documents.standing import SealFacts, seal_texts
from bequest.documents.words import CERTIFICATE_SHAPES, FINDING_SHAPES, Word, word
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.model.destruction import Certificate, CertificateState, Finding, SearchResult, TableSums

_SAYS = {
    CertificateState.FINAL: Word(
        "所查之处均无残留，没有未了事项。", "Nothing left where searched, nothing outstanding."
    ),
    CertificateState.INTERIM: Word(
        "除下列 {n} 项有到期日的残留，其余已销毁。", "Destroyed, except {n} dated residuals below."
    ),
    CertificateState.REFUSED: Word("发现方案外的残留，不发证书。", "Residue outside the plan was found."),
}
_REFUSED_OTHERWISE = Word("有未能证明之处，不发证书。", "Something could not be shown; the reasons stand below.")


def certificate_data(
    cert: Certificate,
    *,
    payload_sha256: str,
    log_index: int,
    log_size: int,
    cosigned: int,
    named: int,
    seal: SealFacts | None = None,
) -> dict[str, Any]:
    """All texts of the certificate. Names stay as they are in the signed statement; times are UTC as signed."""
    refused = cert.state is CertificateState.REFUSED
    zh, en = (f"（替代 {cert.replaces}）", f", in place of {cert.replaces}") if cert.replaces else ("", "")
    return {
        "title": cert.certificate_id,
        "rehearsal": cert.rehearsal,
        "specimen": "样例 SPECIMEN · 演练案件，内容虚构 · REHEARSAL, INVENTED",
        "heading_zh": "客户信息销毁：拒发证书" if refused else f"客户信息销毁证书{zh}",
        "heading_en": "Destruction of Customer Information: certificate refused"
        if refused
        else f"Certificate of Destruction of Customer Information{en}",
        "certificate_id": cert.certificate_id,
        "case_id": cert.case_id,
        "issued_at": _when(cert.issued_at),
        "ground_zh": "、".join(cite(a, "zh") for a in cert.ground),
        "ground_en": ", ".join(cite(a, "en") for a in cert.ground),
        "verdicts": _verdicts(cert),
        "why": [code_word(CERTIFICATE_WHY, c)._asdict() for c in cert.why],
        "parties": _parties(cert),
        "scope": _scope(cert),
        **_balance(cert),
        **_hits(cert),
        "not_searchable": [f"{s.source}.{name}" for s in cert.searches for name in s.not_searchable],
        "anonymised": _anonymised(cert),
        "residuals": [
            {
                name: getattr(r, name)
                for name in ("where_zh", "where_en", "why_zh", "why_en", "control_zh", "control_en", "due_on")
            }
            for r in cert.residuals
        ],
        "kept": [
            {
                "what_zh": k.what_zh,
                "what_en": k.what_en,
                "article_zh": cite(k.article, "zh"),
                "article_en": cite(k.article, "en"),
                "custodian": k.custodian,
                "values": _n(k.values),
                "until": k.until,
            }
            for k in cert.kept
        ],
        "limits": [limit._asdict() for limit in LIMITS],
        "signers": _signers(cert),
        "digest": _groups(payload_sha256),
        "digest_short": "sha256 " + _groups(payload_sha256[:16]),
        "policy_digest": _groups(cert.policy_digest),
        **_log(log_index, log_size, cosigned, named),
        **seal_texts(seal),
    }


def _anonymised(cert: Certificate) -> list[dict[str, str]]:
    return [
        {
            "table": f"{a.source}.{a.table}",
            "rows": _n(a.rows),
            "too_few": _n(a.rows_too_few),
            "k": (f"{a.k} ≥ {a.k_wanted}" if a.k >= a.k_wanted else f"{a.k} < {a.k_wanted}") if a.rows else "—",
            "ways": "; ".join(a.ways),
            "reason": a.reason,
        }
        for a in cert.anonymised
    ]


def _verdicts(cert: Certificate) -> list[dict[str, Any]]:
    made = []
    for state in CertificateState:
        holds, shape, name, says = state is cert.state, CERTIFICATE_SHAPES[state], word(state), _SAYS[state]
        if holds and state is CertificateState.REFUSED and "residue" not in cert.why:
            says = _REFUSED_OTHERWISE
        n = len(cert.residuals) if holds else 0
        made.append(
            {
                "holds": holds,
                "tone": shape.css,
                "glyph": shape.glyph,
                "zh": name.zh,
                "en": name.en.capitalize(),
                "says_zh": says.zh.replace("{n} 项", f"{n} 项" if n else "")
                .replace("  ", " ")
                .replace("下列 有", "下列有"),
                "says_en": says.en.replace("{n} ", f"{n} " if n else "the "),
            }
        )
    return made


def _parties(cert: Certificate) -> list[dict[str, str]]:
    parties = [
        {"part_zh": "销毁方", "zh": cert.transferor_zh, "en": f"{cert.transferor_en or cert.transferor_zh}, transferor"}
    ]
    for name, name_en, receipt in cert.receivers:
        signed = (f"，{receipt} 签收", "receipt signed") if receipt else ("，未签收", "no receipt")
        parties.append({"part_zh": "受让方", "zh": name + signed[0], "en": f"{name_en or name}, {signed[1]}"})
    return parties


def _scope(cert: Certificate) -> list[dict[str, str]]:
    searches = {s.source: s for s in cert.searches}
    names = dict.fromkeys([t.source for t in cert.tables] + list(searches))
    return [_scope_row(n, [t for t in cert.tables if t.source == n], searches.get(n)) for n in names]


def _scope_row(name: str, tables: list[TableSums], search: SearchResult | None) -> dict[str, str]:
    finding = search.finding if search else Finding.NOT_SEARCHED
    shape, said = FINDING_SHAPES[finding], word(finding)
    level = f"{word(search.level).zh}，{search.method}" if search else "未检索"
    control = f"{_n(search.control_found)}/{_n(search.control_expected)}" if search and search.control_expected else "—"
    return {
        "name": name,
        "method": level,
        **{k: _n(v) for k, v in _columns(tables).items()},
        "control": control,
        "tone": shape.css,
        "glyph": shape.glyph,
        "finding_zh": said.zh,
        "finding_en": said.en,
    }


def _columns(tables: list[TableSums] | tuple[TableSums, ...]) -> dict[str, int]:
    return {
        "before": sum(t.before for t in tables),
        "deleted": sum(t.deleted for t in tables),
        "anonymised": sum(t.anonymised for t in tables),
        "sealed": sum(t.sealed for t in tables),
        "blocked": sum(t.blocked for t in tables),
        "left": sum(t.in_use for t in tables),
    }


def _balance(cert: Certificate) -> dict[str, Any]:
    sums = _columns(cert.tables)
    off = [t for t in cert.tables if t.difference]
    gap = sum(t.difference for t in cert.tables)
    return {
        "total": [_n(v) for v in sums.values()],
        "ties": not off,
        "tie_zh": f"五项之和与源头，差 {gap:,}",
        "tie_value": _n(sums["before"]),
        "tie_word_zh": "平" if not off else f"{len(off)} 张表不平",
        "tie_word_en": "balances" if not off else "does not balance",
    }


def _hits(cert: Certificate) -> dict[str, str]:
    residue = sum(s.hits_residue for s in cert.searches)
    planned = sum(s.hits_planned for s in cert.searches)
    chance = sum(s.hits_coincidence for s in cert.searches)
    decided = sum(s.hits_decided for s in cert.searches)
    return {
        "hits_zh": f"命中：方案外残留 {residue:,} 处，照方案留存 {planned:,} 处，偶合 {chance:,} 处。"
        + (f"其中 {decided:,} 处由两人逐处裁定。" if decided else ""),
        "hits_en": f"Hits: {residue:,} outside the plan, {planned:,} kept as planned, {chance:,} by coincidence."
        + (f" {decided:,} of these by decision of two people." if decided else ""),
    }


def _signers(cert: Certificate) -> list[dict[str, str]]:
    return [
        {
            "name": s.name,
            "part_zh": (part := code_word(SIGNER_PARTS, s.part)).zh,
            "part_en": part.en,
            "role_zh": s.role_zh,
            "role_en": s.role_en,
            "at": _when(s.at),
            "fingerprint": s.fingerprint,
        }
        for s in cert.signers
    ]


def _log(index: int, size: int, cosigned: int, named: int) -> dict[str, str]:
    seen_zh, seen_en = "没有见证人，自行发布", "no witness, self-published"
    if cosigned:
        seen_zh, seen_en = f"见证人 {named} 家中 {cosigned} 家已会签", f"cosigned by {cosigned} of {named} witnesses"
    elif named:
        seen_zh = f"见证人 {named} 家，会签见证据包"
        seen_en = f"{named} witness{'es' if named > 1 else ''} named, cosignatures in the bundle"
    return {
        "log_zh": f"第 {index + 1:,} 条，树大小 {size:,}，{seen_zh}",
        "log_en": f"entry {index + 1:,} of a tree of {size:,}, {seen_en}",
    }


def _n(value: int) -> str:
    return f"{value:,}" if value else "·"


def _when(text: str) -> str:
    """RFC 3339 as printed: in UTC, as it is signed, to the second."""
    try:
        return rfc3339(parse_rfc3339(text)).replace("T", " ").replace("Z", " UTC")
    except ValueError:
        return text


def _groups(hexdigest: str) -> str:
    return " ".join(hexdigest[i : i + 4] for i in range(0, len(hexdigest), 4))
