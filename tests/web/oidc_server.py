"""An identity provider for tests, run as a process: oidc-provider-mock, which here also insists on PKCE (RFC 7636).

python tests/web/oidc_server.py PORT '{"sub": "…", "amr": ["mfa"]}' …
"""

import json
import sys
import warnings
from typing import Any

warnings.simplefilter("ignore")

import oidc_provider_mock._app as mock  # noqa: E402
import uvicorn  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402

challenges: dict[str, str] = {}


class RemembersChallenge(mock.AuthorizationCodeGrant):
    def save_authorization_code(self, code: str, request: Any) -> None:
        challenges[code] = request.payload.data["code_challenge"]
        super().save_authorization_code(code, request)


class Insists(CodeChallenge):
    def get_authorization_code_challenge(self, authorization_code: Any) -> str:
        return challenges[authorization_code.code]

    def get_authorization_code_challenge_method(self, authorization_code: Any) -> str:
        return "S256"


class Server(mock.flask_oauth2.AuthorizationServer):
    def register_grant(self, grant: Any, extensions: Any = None) -> None:
        if grant is mock.AuthorizationCodeGrant:
            super().register_grant(RemembersChallenge, [*extensions, Insists(required=True)])
        else:
            super().register_grant(grant, extensions)


if __name__ == "__main__":
    mock.flask_oauth2.AuthorizationServer = Server
    people = [json.loads(a) for a in sys.argv[2:]]
    users = [mock.User(sub=p.pop("sub"), claims=p) for p in people]
    made = mock.app(require_nonce=True, user_claims=users)
    uvicorn.run(made, interface="wsgi", host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
