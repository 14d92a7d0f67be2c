"""The case report: one self-contained HTML page, in Chinese or in English."""

from bequest.documents.report.content import CaseReport
from bequest.documents.report.render import render_report

__all__ = ["CaseReport", "render_report"]
