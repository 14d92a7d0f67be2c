"""`bequest-verify`: the stand-alone verifier. Exit codes: 0 verifies, 8 does not, 2 the input cannot be used.

It and all it imports need only the standard library, on any operating system.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from bequest.evidence.report import VerifyReport
from bequest.evidence.verify import verify_bundle, verify_kept
from bequest.kernel.errors import InputError

_OK, _UNUSABLE, _FAILED = 0, 2, 8

_WORDS = {
    "zh": {
        "title": "核验 {bundle}",
        "kept": "当事人所持文件",
        "nothing": "请给出证据包目录，或者用 --proof 给出当事人所持的证明或者回执。",
        "ok": "相符",
        "bad": "不符",
        "passed": "结论：通过。{n} 项检查全部相符。",
        "failed": "结论：不通过。{n} 项检查中 {bad} 项不符。",
        "incomplete": "因上述问题，其余各项未予检查。",
        "rehearsal": "注意：这是演练，不具证明力。",
        "error": "无法核验：",
    },
    "en": {
        "title": "Verifying {bundle}",
        "kept": "what people kept",
        "nothing": "Give the bundle folder, or with --proof the proof or receipt that somebody kept.",
        "ok": "ok  ",
        "bad": "FAIL",
        "passed": "Result: it verifies. All {n} checks hold.",
        "failed": "Result: it does NOT verify. {bad} of {n} checks fail.",
        "incomplete": "Because of this the remaining checks were not made.",
        "rehearsal": "Note: this is a rehearsal; it proves nothing.",
        "error": "Cannot verify: ",
    },
}


def main(argv: Sequence[str] | None = None) -> int:
    """Verify the bundle named on the command line, or what people kept without one, and say what was found."""
    _lenient(sys.stdout)
    _lenient(sys.stderr)
    arguments = _parser().parse_args(argv)
    words = _WORDS[arguments.lang]
    try:
        report = _verify(arguments, words)
    except InputError as error:
        if arguments.json:
            sys.stdout.write(json.dumps({"ok": False, "error": error.message, "hint": error.hint}) + "\n")
        else:
            sys.stderr.write(f"{words['error']}{error.message}\n{error.hint}\n")
        return _UNUSABLE
    if arguments.json:
        sys.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        _write(report, arguments, words)
    return _OK if report.ok else _FAILED


def _verify(arguments: argparse.Namespace, words: dict[str, str]) -> VerifyReport:
    if arguments.bundle is not None:
        return verify_bundle(
            arguments.bundle, arguments.trust, rehearsal=arguments.rehearsal, earlier=arguments.earlier,
            later=arguments.later, persons=arguments.proof,
        )  # fmt: skip
    if not arguments.proof or arguments.earlier or arguments.later:
        raise InputError("there is no bundle", hint=words["nothing"])
    return verify_kept(arguments.trust, arguments.proof, rehearsal=arguments.rehearsal)


def _write(report: VerifyReport, arguments: argparse.Namespace, words: dict[str, str]) -> None:
    lines = [words["title"].format(bundle=arguments.bundle.name if arguments.bundle else words["kept"])]
    for check in report.checks:
        mark = words["ok" if check.ok else "bad"]
        text = check.zh if arguments.lang == "zh" else check.en
        lines.append(f"  {mark}  {check.code}  {check.file}  {text}")
    key = "passed" if report.ok else "failed"
    lines.append(words[key].format(n=len(report.checks), bad=len(report.failed)))
    if not report.complete:
        lines.append(words["incomplete"])
    if arguments.rehearsal:
        lines.append(words["rehearsal"])
    sys.stdout.write("\n".join(lines) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bequest-verify",
        description="核验证据包，不联网 / Verify an evidence bundle from it and a trust file alone, without a network.",
    )
    parser.add_argument(
        "bundle",
        type=Path,
        nargs="?",
        metavar="BUNDLE",
        help="证据包目录；只核验当事人所持文件时可省 / the bundle folder; not needed to check what people kept",
    )
    parser.add_argument(
        "--trust",
        type=Path,
        required=True,
        metavar="FILE",
        help="另途取得的信任文件 / the trust file, from another source than the bundle",
    )
    parser.add_argument(
        "--earlier",
        type=Path,
        action="append",
        default=[],
        metavar="CHECKPOINT",
        help="先前留存的检查点，可多个 / a checkpoint kept from earlier, which the log must contain; repeatable",
    )
    parser.add_argument(
        "--later",
        type=Path,
        action="append",
        default=[],
        metavar="STATEMENT",
        help="结案后的陈述（留存销毁、证明撤销），可多个 / a statement made after the close; repeatable",
    )
    parser.add_argument(
        "--proof",
        type=Path,
        action="append",
        default=[],
        metavar="PROOF",
        help="客户保存的证明或者答复回执，可多个 / a proof or a receipt of an answer that a customer kept; repeatable",
    )
    parser.add_argument("--rehearsal", action="store_true", help="明知是演练 / it may be a rehearsal")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 / write JSON")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language (default: zh)")
    return parser


def _lenient(stream: TextIO) -> None:
    """A console or pipe that cannot show Chinese gets `?`, never an error."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


if __name__ == "__main__":
    raise SystemExit(main())
