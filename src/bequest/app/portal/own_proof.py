"""The file of a person's proof: the line and its path from the card, the signed head of the log from the page."""

import json
from dataclasses import replace

from bequest.app.portal.open_card import Opened
from bequest.documents.qr import parse_person_text
from bequest.evidence.head_proof import parse_head_proof


def proof_file(opened: Opened) -> bytes:
    """The proof as JSON; pages of an earlier version have no head to go with it."""
    proof, head = parse_person_text(opened.proof), opened.page.fixed_head
    if head:
        proof = replace(proof, head=parse_head_proof(json.loads(head)))
    return proof.to_json(opened.page.case_id)
