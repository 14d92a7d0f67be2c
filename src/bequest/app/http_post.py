"""One request over HTTP to somebody outside who vouches for us: bytes there, status and bytes back."""

import http.client
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from bequest.kernel.errors import EvidenceError

TIMEOUT_SECONDS = 15
MAX_ANSWER_BYTES = 256 * 1024


def post(url: str, data: bytes, kind: str) -> tuple[int, bytes]:
    """Status and body of the answer, at most `MAX_ANSWER_BYTES`. The case file takes addresses of the web only.

    Raises:
        EvidenceError: where there is no answer.
    """
    call = urllib.request.Request(url, data=data, headers={"Content-Type": kind}, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(call, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read(MAX_ANSWER_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise EvidenceError(
            f"{urlsplit(url).hostname} cannot be reached: {type(error).__name__}",
            hint="Ask again later, or by file; see `--help`.",
        ) from error
