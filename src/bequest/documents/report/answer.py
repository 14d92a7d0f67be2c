"""The answer first: one sentence on what is the matter, one on what is due, from the facts of the report."""

from dataclasses import dataclass

from bequest.documents.codes import CERTIFICATE_WHY, code_word
from bequest.documents.report.balance import FieldTable
from bequest.documents.report.content import CaseReport, DutyState, ReceiptState
from bequest.documents.report.wording import Wording, plural
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, TELLS_NOBODY
from bequest.model.destruction import CertificateState
from bequest.model.disposition import Release, Residue

DELIVERED_STATES = frozenset({"delivered", "read"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The lead, the sentence on what is due, and the tone: a colour class."""

    lead: str
    due: str
    css: str


def answer(report: CaseReport, table: FieldTable | None, words: Wording) -> Answer:
    """What the page opens with."""
    lead, css = _lead(report, table, words)
    if table is not None and not table.ties:
        off = table.unbalanced
        lead = words.pick(
            f"去向与源头不平：有 {off:,} 列对不上，在对平以前不应依据本报告行事。{lead}",
            f"The sums do not balance: {plural(off, 'column')} not equal to the source count; do not rely on this "
            f"report until they are. {lead}",
        )
        css = "gone"
    return Answer(lead, _due(report, words), css)


def _lead(report: CaseReport, table: FieldTable | None, words: Wording) -> tuple[str, str]:
    if table is None:
        return words.pick(
            "本案还没有方案，什么都没有移交，什么都没有删除。", "There is no plan yet; nothing has moved."
        ), "none"
    if report.case.event in MOVES_NOTHING:
        return _nothing_moves(report, table, words), "same"
    if report.case.event in ENTRUSTS:
        return _entrusted(report, table, words)
    if report.certificate is None:
        return _planned(report, table, words), "till"
    return _carried_out(report, table, words)


def _nothing_moves(report: CaseReport, table: FieldTable, words: Wording) -> str:
    total, left = table.sums.total, table.sums.residue[Residue.IN_USE]
    systems = len(table.systems)
    if left != total or table.sums.release[Release.NONE] != total:
        return words.pick(
            f"处理者不变，本应分毫不动，但有 {total - left:,} 个值不在“不交、在用”之列。",
            f"The processor does not change and nothing should move, yet {plural(total - left, 'value')} "
            "stand outside “none, in use”.",
        )
    told = _shown(report) if report.case.event in TELLS_NOBODY else _told(report)
    return words.pick(
        f"什么都没有移交，什么都没有删除：{systems} 个系统的 {total:,} 个值全部留在原处，处理者不变。{told[0]}",
        f"Nothing was passed on and nothing deleted: all {total:,} values in "
        f"{plural(systems, 'system')} stay where they are, with the same processor. {told[1]}",
    )


def _entrusted(report: CaseReport, table: FieldTable, words: Wording) -> tuple[str, str]:
    """What the processor got, and whether it came back."""
    total, back = table.sums.total, {t.lot: t for t in report.given_back}
    lots = [d.lot for d in report.deliveries]
    out = sum(d.values or 0 for d in report.deliveries)
    if not lots:
        s = table.sums.release
        planned = s[Release.AS_IS] + s[Release.MASKED]
        return words.pick(
            f"方案准许委托 {planned:,} 个值，尚未交出；{total:,} 个值全部留在原处。",
            f"The plan entrusts {plural(planned, 'value')}, none handed out yet; all {total:,} stay where they are.",
        ), "till"
    if all(lot in back for lot in lots):
        return words.pick(
            f"委托处理已结束：交给受托人的 {out:,} 个值已返还或者删除，附证明；{total:,} 个值始终在原处，处理者不变。",
            f"The engagement is over: the {plural(out, 'value')} entrusted were returned or deleted, with proof; all "
            f"{total:,} stayed where they are, with the same processor.",
        ), "same"
    return words.pick(
        f"交给受托人 {out:,} 个值，尚未返还或者删除；{total:,} 个值全部留在原处，处理者不变。",
        f"{plural(out, 'value')} were entrusted and are not yet returned or deleted; all {total:,} stay where they are,"
        " with the same processor.",
    ), "till"


def _shown(report: CaseReport) -> tuple[str, str]:
    """What a prospective buyer may see instead of anybody's data."""
    made, wanted = {t.id for t in report.shown}, len(report.case.showings)
    if not made:
        return (
            f"方案准许的匿名表有 {wanted} 张，尚未制作。",
            f"{plural(wanted, 'anonymous table')} allowed, none made yet.",
        )
    least = min(t.k for t in report.shown)
    return (
        f"为有意收购方制作了 {len(made)} 张匿名表，每一类至少 {least} 行；无须告知任何人。",
        f"{plural(len(made), 'anonymous table')} made for the prospective buyer, at least {least} rows alike in each;"
        " nobody had to be told.",
    )


def _told(report: CaseReport) -> tuple[str, str]:
    n = report.notices
    if n is None or not n.owed_to:
        return "告知尚未开始。", "Notice has not begun."
    direct = sum(c.persons for c in n.counts if c.state in DELIVERED_STATES)
    public = sum(c.persons for c in n.counts if c.state == "published")
    return (
        f"应告知 {n.owed_to:,} 人，已逐人送达 {direct:,} 人，以公告告知 {public:,} 人。",
        f"Of {n.owed_to:,} persons to be told, {direct:,} were reached one by one and {public:,} by public notice.",
    )


def _planned(report: CaseReport, table: FieldTable, words: Wording) -> str:
    s = table.sums
    out = s.release[Release.AS_IS] + s.release[Release.MASKED]
    waiting = s.release[Release.WAITING]
    sent = any(d.receipt is ReceiptState.DECRYPTED for d in report.deliveries)
    state_zh = "已移交，尚未销毁" if sent else "方案已定，尚未执行"
    state_en = "Passed on, not yet destroyed" if sent else "Planned, not yet carried out"
    wait_zh = f"，{waiting:,} 个等答复" if waiting else ""
    wait_en = f", {waiting:,} wait for an answer" if waiting else ""
    return words.pick(
        f"{state_zh}：{s.total:,} 个值中，移交 {out:,} 个{wait_zh}；原处删除 {s.residue[Residue.DELETE]:,} 个，"
        f"封存 {s.residue[Residue.CUSTODY]:,} 个。",
        f"{state_en}: of {s.total:,} values, {out:,} pass on{wait_en}; {s.residue[Residue.DELETE]:,} are deleted at "
        f"source and {s.residue[Residue.CUSTODY]:,} go to custody.",
    )


def _carried_out(report: CaseReport, table: FieldTable, words: Wording) -> tuple[str, str]:
    cert = report.certificate
    if cert is None:
        raise ValueError("carried out means that a certificate exists")
    s = table.sums
    counted = [d.values for d in report.deliveries if d.values is not None]
    out = sum(counted) if counted else s.release[Release.AS_IS] + s.release[Release.MASKED]
    deleted = sum(t.deleted for t in cert.tables)
    sealed = sum(t.sealed for t in cert.tables)
    done = (
        f"移交了 {out:,} 个值，删除了 {deleted:,} 个，依法封存 {sealed:,} 个",
        f"{out:,} values were passed on, {deleted:,} deleted and {sealed:,} sealed as the law requires",
    )
    if cert.state is CertificateState.FINAL:
        return words.pick(
            f"{done[0]}。所查之处没有找到残留，没有未了事项，证书是终局的。",
            f"{done[1]}. Nothing was left where we searched and nothing is outstanding: the certificate is final.",
        ), "same"
    if cert.state is CertificateState.INTERIM:
        n, last = len(cert.residuals), max((r.due_on for r in cert.residuals), default="—")
        return words.pick(
            f"{done[0]}。还有 {n} 项有到期日的残留，最后一项 {last} 到期，证书是阶段性的。",
            f"{done[1]}. {plural(n, 'dated residual')} still to expire, the last on {last}: the certificate is "
            "interim.",
        ), "till"
    why = words.join(code_word(CERTIFICATE_WHY, c).of(words.lang) for c in cert.why)
    return words.pick(f"销毁证书拒发：{why}。{done[0]}。", f"The certificate is refused: {why}. {done[1]}."), "gone"


def _due(report: CaseReport, words: Wording) -> str:
    dated = sorted(
        ((d.due_on, d) for d in report.duties if d.state is DutyState.OPEN and d.due_on), key=lambda pair: pair[0]
    )
    open_points = sum(not p.chosen_by for p in report.open_points)
    parts = []
    if dated:
        on, duty = dated[0]
        parts.append(
            words.pick(
                f"最近到期：{on.isoformat()}，{duty.zh}，由{duty.keeper}办理。",
                f"Due next, {on.isoformat()}: {duty.en} ({duty.keeper}).",
            )
        )
    if open_points:
        parts.append(
            words.pick(
                f"还有 {open_points} 个法律问题，法务尚未选定。",
                f"Counsel has not chosen yet on {plural(open_points, 'legal point')}.",
            )
        )
    return " ".join(parts) if not words.zh else "".join(parts)
