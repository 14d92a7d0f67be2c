"""The destruction certificate as PDF: a rendering of the signed statement, never the original."""

from bequest.documents.certificate.render import render_certificate

__all__ = ["render_certificate"]
