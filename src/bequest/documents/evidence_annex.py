"""The annex by which parties agree how electronic evidence is kept, transmitted and extracted.

最高人民法院关于民事诉讼证据的若干规定 (法释〔2019〕19号) Art. 94(1)(5): a court may confirm the authenticity of
electronic data that were kept, transmitted or extracted in the way the parties agreed, unless the contrary is shown;
Art. 93: what a court weighs. 电子签名法 Art. 13(2): parties may use an electronic signature that meets the
conditions they agreed.
A template for counsel to settle, filled with the facts of the case; it is no legal advice and says so.
"""

from dataclasses import dataclass

from bequest.documents.form.content import Block, Cell, Field, Form, Heading, Paragraph, Table

_TITLE = (
    "附件：电子证据的保存、传输、提取和核验",
    "Annex: keeping, transmitting, extracting and checking electronic evidence",
)
_SUBTITLE = (
    "依据民事诉讼证据规定第九十四条第一款第五项",
    "under Art. 94(1)(5) of the Provisions on Evidence in Civil Procedures",
)


@dataclass(frozen=True, slots=True)
class AnnexKey:
    """A key that the parties acknowledge: whose, for what, and what identifies it."""

    holder: str
    part_zh: str
    part_en: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexFacts:
    """What the annex says of the case."""

    case_id: str
    parties: tuple[tuple[str, str, str, str], ...]
    """Part in Chinese, part in English, name in Chinese, name in English."""
    origin: str
    keys: tuple[AnnexKey, ...]
    quorum: int
    n_witnesses: int
    intent_quorum: int
    tsa: str
    is_stamped: bool
    escrowed: bool
    policy_digest: str
    trust_sha256: str
    rehearsal: bool
    made_at: str


def compose_annex(facts: AnnexFacts, lang: str) -> Form:
    """The annex in one language, with empty fields for the agreement it belongs to, and for signatures."""
    zh = lang == "zh"
    blocks: list[Block] = [
        Paragraph(
            "本附件是样本，由系统按本案事实填写，不是法律意见；请律师定稿后由各方签署。"
            if zh
            else "A template, filled with the facts of the case; no legal advice. Counsel settles it, parties sign.",
            note=True,
        ),
        _field("agreement", "所附协议名称及编号", "Agreement to which this is annexed, and its number", zh, 1),
    ]
    for n, (head_zh, head_en, paragraphs) in enumerate(_clauses(facts), start=1):
        blocks.append(Heading(f"{n}. {head_zh if zh else head_en}"))
        blocks += [Paragraph(text_zh if zh else text_en) for text_zh, text_en in paragraphs]
        blocks += _tables(facts, n, zh=zh)
    blocks.append(Heading("签署" if zh else "Signatures"))
    blocks += [
        _field(f"signature{i}", f"{p[0]} {p[2]}：签字或者盖章、日期", f"{p[1]} {p[3]}: signature or seal, date", zh, 2)
        for i, p in enumerate(facts.parties, start=1)
    ]
    return Form(
        lang=lang,
        title=_TITLE[not zh],
        subtitle=_SUBTITLE[not zh],
        number=f"{facts.case_id} annex",
        mark=("演练，不具效力" if zh else "Rehearsal, without effect") if facts.rehearsal else "",
        made_at=facts.made_at,
        properties=(("case", facts.case_id), ("trust_sha256", facts.trust_sha256)),
        blocks=tuple(blocks),
    )  # fmt: skip


def annex_text(form: Form) -> str:
    """The same as plain text."""
    lines = [form.title, form.subtitle, *([form.mark] if form.mark else []), ""]
    for b in form.blocks:
        if isinstance(b, Heading):
            lines += ["", b.text, ""]
        elif isinstance(b, Paragraph):
            lines += [b.text, ""]
        elif isinstance(b, Table):
            lines += ["\t".join(b.heads), *("\t".join(c.text for c in row) for row in b.rows), ""]
        else:
            lines += [f"{b.label}: ________________", ""]
    return "\n".join(lines).rstrip() + "\n"


def _field(this: str, zh_text: str, en_text: str, zh: bool, lines: int) -> Field:
    return Field(this, zh_text if zh else en_text, "", required=False, lines=lines)


Clauses = tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
"""Heading in both languages, and paragraphs in both."""


def _clauses(f: AnnexFacts) -> Clauses:
    return (*_agreed(), *_done(f))


def _agreed() -> Clauses:
    return (
        (
            "约定的依据", "What this rests on",
            (
                (
                    "各方约定：本案电子数据依本附件所述方式保存、传输、提取的，按《最高人民法院关于民事诉讼证据的若干"
                    "规定》第九十四条"
                    "第一款第五项，各方认可其真实性；有足以反驳的相反证据的除外。",
                    "The parties agree that electronic data of this case kept, transmitted and extracted as this "
                    "annex says "
                    "are accepted as authentic under Art. 94(1)(5) of the Provisions of the Supreme People's Court on "
                    "Evidence in Civil Procedures, unless evidence to the contrary suffices to rebut it.",
                ),
                (
                    "认可的只是数据自形成后未被改动、签名由所列密钥作出；数据在来源系统中是否真实，不在本附件认可之列"
                    "。",
                    "Accepted is that the data were not changed since they were made, and that the listed keys "
                    "signed. Whether "
                    "they were true in the systems they came from is not accepted hereby.",
                ),
            ),
        ),
        (
            "密钥和签名", "Keys and signatures",
            (
                (
                    "下列公钥各由所列的人专有和控制。以其作出的电子签名，各方约定为《电子签名法》第十三条第二款所称符"
                    "合约定可靠条件的"
                    "电子签名。密钥遗失或者泄露的，持有人立即书面通知各方；通知之前的签名仍由其承担。",
                    "Each public key below is held and controlled by the person named alone. Electronic signatures "
                    "made with it "
                    "meet the conditions agreed under Art. 13(2) of the E-Signature Law. Whoever loses a key, or "
                    "learns that "
                    "others have it, tells the parties at once in writing, and answers for what it signed before.",
                ),
            ),
        ),
    )  # fmt: skip


def _done(f: AnnexFacts) -> Clauses:
    policy = f.policy_digest or "—"
    return (
        (
            "保存", "Keeping",
            (
                (
                    f"动作记入只增不改的日志 {f.origin}（Merkle 树，RFC 6962；日志头为 C2SP 签名注记）；不可撤销的动"
                    f"作先记意图。"
                    f"所批准方案的摘要：{policy}。",
                    f"Acts go into an append-only log, {f.origin} (Merkle tree of RFC 6962, heads as C2SP signed "
                    f"notes); the "
                    f"intent of whatever cannot be undone is logged first. Digest of the approved policy: {policy}.",
                ),
                _witnesses(f),
                _stamped(f),
            ),
        ),
        ("传输", "Transmitting", (_released(f),)),
        (
            "提取和核验", "Extracting and checking",
            (
                (
                    "结案时移交方出具证据包（BagIt），各方各存一份。核验以信任文件 trust.json 为准，它由各方另行收存"
                    "，不取自证据包；"
                    f"其 SHA-256：{f.trust_sha256 or '方案批准后写出，另行补记'}。",
                    "At the close the transferor makes the evidence bundle (BagIt), of which each party keeps a "
                    "copy. It is checked "
                    "against trust.json, which each party receives apart from the bundle; its SHA-256: "
                    f"{f.trust_sha256 or 'written once the policy is approved, to be added'}.",
                ),
                (
                    "核验用 bequest-verify，或者通用工具：sha256sum、ssh-keygen -Y verify、openssl、age、pdfsig；步骤"
                    "见证据包内 VERIFY.md。"
                    "结果不一致时，以签名原件（DSSE）和日志为准，不以其抄件或者 PDF 为准。",
                    "It is checked with bequest-verify, or with general tools: sha256sum, ssh-keygen -Y verify, "
                    "openssl, age, pdfsig, "
                    "as VERIFY.md in the bundle says. Where things differ, the signed originals (DSSE) and the log "
                    "count, not "
                    "their copies or PDFs.",
                ),
            ),
        ),
        (
            "争议", "Disputes",
            (
                (
                    "一方否认的，应指明哪一项核验不成立或者提出相反证据。各方可共同委托鉴定或者公证，费用由核验结果不"
                    "利的一方承担。",
                    "Whoever disputes a datum names the check that fails, or brings evidence to the contrary. The "
                    "parties may "
                    "jointly have it appraised or notarised; the party against whom the check goes bears the cost.",
                ),
            ),
        ),
    )  # fmt: skip


def _witnesses(f: AnnexFacts) -> tuple[str, str]:
    return (
        (
            f"见证人共 {f.n_witnesses} 家，日志最后的日志头须有其中 {f.quorum} 家会签；不可撤销的动作开始前，须有 "
            f"{f.intent_quorum} 家"
            "见过其意图。见证人独立于移交方。",
            f"There are {f.n_witnesses} witnesses; {f.quorum} of them must have cosigned the last head of the log, and "
            f"{f.intent_quorum} must have seen the intent before anything irreversible begins. They are apart from the "
            "transferor.",
        )
        if f.n_witnesses
        else (
            "本案没有见证人，日志由移交方自行公布：各方知悉，单凭日志不能排除另有一份历史。",
            "The case names no witness; the transferor publishes the log alone. The parties know that by itself the "
            "log "
            "does not exclude a second history.",
        )
    )


def _stamped(f: AnnexFacts) -> tuple[str, str]:
    return (
        (
            f"最后的日志头须有可信时间戳（RFC 3161）{('，机构地址 ' + f.tsa) if f.tsa else ''}。",
            f"The last head must bear a trusted time stamp (RFC 3161){(', authority at ' + f.tsa) if f.tsa else ''}.",
        )
        if f.is_stamped
        else ("本案不约定可信时间戳。", "No trusted time stamp is agreed.")
    )


def _released(f: AnnexFacts) -> tuple[str, str]:
    return (
        (
            "交付密钥由托管机构保管：接收方先签收密文，托管机构核对后放行，接收方再签收明文；日志中的顺序为准。",
            "The escrow holds the keys of deliveries: the receiver first signs for the ciphertext, the escrow then "
            "releases "
            "the key, and the receiver signs for the opened data. The order in the log counts.",
        )
        if f.escrowed
        else (
            "交付包加密给接收方，接收方打开后签收；回执引用包内才有的随机数。",
            "Packages are encrypted to the receiver, who signs once they are opened; the receipt quotes a number "
            "that lies "
            "only inside.",
        )
    )


def _tables(f: AnnexFacts, clause: int, *, zh: bool) -> list[Block]:
    if clause == 1:
        heads = ("当事人", "名称") if zh else ("part", "name")
        rows = tuple((Cell(p[0] if zh else p[1]), Cell(p[2] if zh else p[3])) for p in f.parties)
        return [Table(heads, rows, (1, 4))]
    if clause == 2:
        heads3 = ("持有人", "用途", "公钥") if zh else ("holder", "for", "public key")
        rows3 = tuple((Cell(k.holder), Cell(k.part_zh if zh else k.part_en), Cell(k.key)) for k in f.keys)
        return [Table(heads3, rows3, (2, 2, 9))]
    return []
