"""`bequest certificate`: a destruction certificate that no longer holds."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.public.certificates import revocation_list
from bequest.app.revoke_certificate import revoke_certificate
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.kernel.clock import rfc3339
from bequest.model.destruction import RevocationReason

commands = group("销毁证明：撤销。 The destruction certificate: revoked.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="certificate")


@commands.command(help="List the certificates that were revoked, as JSON to publish. 已撤销证明的清单。")
def revoked(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c:
        render.print_json({"as_of": rfc3339(c.system.now()), "revoked": revocation_list(c.store), "v": 1})


@commands.command(help="Revoke the certificate: two people sign, the officer one of them. 撤销销毁证明。")
def revoke(
    ctx: typer.Context,
    case: str,
    why: Annotated[RevocationReason, typer.Option(help="why it no longer holds")],
    signer: Annotated[list[Path], typer.Option("--signer", help="the private keys of two people; given twice")],
) -> None:
    with state_of(ctx).context() as c:
        done = revoke_certificate(c, case, why, signer)
    render.line(render.say(f"已撤销 {done.certificate_id}", f"revoked: {done.certificate_id}"))
    render.line(f"statement: {done.statement}")
    if done.closed:
        render.line(
            render.say(
                "日志已关闭：请把此陈述交给持有证据包的各方，核验时用 --later。",
                "the log is closed: give this statement to all who have the bundle, for --later of the verifier.",
            )
        )
