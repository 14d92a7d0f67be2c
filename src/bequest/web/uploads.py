"""Forms with a file: it stays in memory, and is cut off where it is longer than it can be."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from bequest.kernel.errors import InputError

View = Callable[..., HttpResponseBase]
LONGEST_RECEIPT = 2_000_000


class InMemory(MemoryFileUploadHandler):
    """An upload stays in memory, and is cut off where it is longer than an original can be."""

    def __init__(self, request: HttpRequest, longest: int) -> None:
        super().__init__(request)
        self.longest, self._seen = longest, 0

    @property
    def is_cut(self) -> bool:
        """Whether the file was longer, so that it is not among the files of the form."""
        return self._seen > self.longest

    def handle_raw_input(self, *_: Any, **__: Any) -> None:
        """Take any length; what is too long is cut off when it comes."""
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Keep a piece in memory."""
        self._seen += len(raw_data)
        if self.is_cut:
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
        return None


def takes_file(longest: int) -> Callable[[View], View]:
    """A view whose form has a file. The form's token is checked as everywhere, once the upload may be read."""

    def wrap(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt  # only here: `checked` asks for the token after the handler is set
        @wraps(view)
        def outer(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
            request.upload_handlers = [InMemory(request, longest)]
            return checked(request, *given, **named)

        return outer

    return wrap


def handed_in(request: HttpRequest, longest: int, *, file: str = "file", text: str = "text") -> bytes:
    """What was uploaded, else what was pasted.

    Raises:
        InputError: where the file was longer than the form takes.
    """
    uploaded = request.FILES.get(file)
    for handler in request.upload_handlers:
        if isinstance(handler, InMemory) and handler.is_cut:
            raise InputError(
                f"the file is larger than {handler.longest >> 10:,} KB",
                hint="Choose the file that was meant: none that belongs here is that large.",
            )
    if uploaded is not None:
        return bytes(uploaded.read(longest))
    return request.POST.get(text, "").encode()
