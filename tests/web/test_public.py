"""Pages for everybody: they set no cookie, keep nothing, name nobody, and a case is not there before its notice."""

import http.client
import json
import re

from tests.web.conftest import CASE, OTHER, Server, Town


def post_file(server: Server, data: bytes) -> tuple[int, str, str | None]:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="c.json"\r\n'
        b"Content-Type: application/json\r\n\r\n" + data + b"\r\n--b--\r\n"
    )
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(
        "POST", "/check?lang=en", body, {"Content-Type": "multipart/form-data; boundary=b", "Accept-Language": "en"}
    )
    got = connection.getresponse()
    text = got.read().decode()
    connection.close()
    return got.status, text, got.headers.get("Set-Cookie")


def test_a_file_that_is_no_certificate_is_called_that_and_leaves_nothing(server: Server) -> None:
    status, text, cookie = post_file(server, b'{"payload": "eHg="}')
    assert status == 200
    assert "This is no certificate of this platform" in text
    assert cookie is None or "bq_lang" in cookie
    status, text, _ = post_file(server, b"x" * 3_000_000)
    assert status == 422, "too long is cut off, not stored"
    assert "too large for a certificate" in text
    assert post_file(server, b"")[0] == 422


def test_a_case_is_disclosed_after_its_public_notice_without_anybody(server: Server, town: Town) -> None:
    got = server.client().get(f"/public/{CASE}?lang=en")
    assert got.status == 200
    for who in town.people.iter_rows(named=True):
        for value in who.values():
            assert str(value) not in got.text
    assert set(got.headers) & {"set-cookie"} == set() or "bq_lang" in got.headers["set-cookie"]
    assert re.search(r"People told.*?(\d[\d,]*|&lt;10)", got.text, re.DOTALL)
    hidden, missing = (server.client().get(f"/public/{c}") for c in (OTHER, "no-such-case"))
    assert (hidden.status, missing.status) == (404, 404)
    assert hidden.text.replace(OTHER, "no-such-case") == missing.text


def test_the_list_of_revoked_certificates_is_there_for_anybody(server: Server) -> None:
    got = server.client().get("/revoked.json")
    assert got.status == 200
    assert json.loads(got.text)["revoked"] == []
    assert "set-cookie" not in got.headers
