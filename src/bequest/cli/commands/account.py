"""`bequest account`: who may sign in to the console, and to the receiver's desk."""

from typing import Annotated

import typer

from bequest.app.console.accounts import add_account
from bequest.app.console.identity import link_identity, unlink_identity
from bequest.app.console.tokens import DAYS, is_live, make_token, organisation_of, revoke_token
from bequest.app.receiver_desk.invite import invite
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.kernel.clock import rfc3339

DESK = "http://127.0.0.1:8640"
commands = group("控制台和接收台的账户。 Accounts of console and desk.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="account")


@commands.command(name="add", help="Make or renew the account of a person of a case. 开立或更新账户。")
def add(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Argument(help="id of the person in the case file")],
) -> None:
    with state_of(ctx).context() as c:
        made = add_account(c, case, person)
    render.line(render.say("以下只显示这一次，请当面交给本人：", "shown this once; hand it to the person:"))
    render.line(f"{render.say('登录名', 'sign-in name')}: {made.name}")
    render.line(f"{render.say('密码', 'password')}: {made.password}")
    render.line(f"{render.say('验证器', 'authenticator')}: {made.totp_address}")


@commands.command(name="invite", help="Link for somebody of a receiver to the desk. 邀请接收方的人进接收台。")
def invite_(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Argument(help="id of the person in the case file, in the role receiver")],
    by: Annotated[str, typer.Option(help="person of the case who invites, for the record")] = "os-user",
    desk: Annotated[str, typer.Option(help="address at which the desk is reached")] = DESK,
) -> None:
    with state_of(ctx).context() as c:
        token = invite(c, case, person, by=by)
    render.line(
        render.say("以下链接只显示这一次，七天内有效，请交给本人：", "shown this once, good for a week; hand it over:")
    )
    render.line(f"{desk.rstrip('/')}/desk/join/{token}")


@commands.command(name="link", help="Let somebody come in from the identity provider. 关联身份平台上的身份。")
def link(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Argument(help="id of the person in the case file")],
    issuer: Annotated[str, typer.Option(help="the provider, as its file has it")],
    subject: Annotated[str, typer.Option(help="identifier of the person there; the sign-in page shows it")],
    by: Annotated[str, typer.Option(help="officer of the case who says whose it is; not the person")],
) -> None:
    with state_of(ctx).context() as c:
        link_identity(c, case, person, issuer=issuer, subject=subject, by=by)
    render.line(render.say(f"已关联：{person}", f"linked: {person}"))


@commands.command(name="unlink", help="Let somebody come in from the provider no more. 解除关联。")
def unlink(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Argument(help="id of the person in the case file")],
    by: Annotated[str, typer.Option(help="person of the case who says so, for the record")] = "os-user",
) -> None:
    with state_of(ctx).context() as c:
        unlink_identity(c, case, person, by=by)
    render.line(render.say(f"已解除：{person}", f"unlinked: {person}"))


@commands.command(name="list", help="Who has an account. 账户列表。")
def listed(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c, c.store.transaction() as tx:
        found = tx.accounts.list()
        keys = {a: len(tx.factors.passkeys_of(a.organisation, a.person)) for a in found}
        known = {a: tx.factors.identity_of(a.organisation, a.person) for a in found}
    render.table(
        "", ("person", "name", "organisation", "locked until", "passkeys", "identity"),
        [
            (a.person, a.name, a.organisation, str(a.locked_until or ""), str(keys[a]),
             f"{i.subject} @ {i.issuer}" if (i := known[a]) else "")
            for a in found
        ],
    )  # fmt: skip


@commands.command(name="token", help="Make a token for a program that acts for a person. 为程序开立令牌。")
def token(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(help="sign-in name of the person it acts for")],
    label: Annotated[str, typer.Option("--for", help="what the token is for")],
    scope: Annotated[
        list[str] | None, typer.Option(help="read, do, read:SCREEN or do:ACT; read without it; may be repeated")
    ] = None,
    case: Annotated[list[str] | None, typer.Option("--only-case", help="only in this case; may be repeated")] = None,
    role: Annotated[
        list[str] | None, typer.Option("--only-role", help="only with this role of the person; may be repeated")
    ] = None,
    days: Annotated[int, typer.Option("--lasts", help="how many days it lasts")] = DAYS,
) -> None:
    with state_of(ctx).context() as c:
        made = make_token(
            c, organisation_of(c, person), person.partition("@")[0], label=label, scopes=scope or ("read",),
            cases=case or (), roles=role or (), days=days,
        )  # fmt: skip
    render.line(render.say("令牌只显示这一次：", "the token is shown this once:"))
    render.line(made.token)
    render.line(f"{render.say('编号', 'id')}: {made.record.token_id}")
    render.line(f"{render.say('到期', 'ends')}: {rfc3339(made.record.expires_at)}")


@commands.command(name="tokens", help="Tokens of programs. 令牌列表。")
def tokens(ctx: typer.Context) -> None:
    with state_of(ctx).context() as c:
        with c.store.transaction() as tx:
            found = tx.tokens.list()
        now = c.system.now()
    render.table(
        "", ("id", "person", "for", "scopes", "cases", "roles", "ends", "last used", "state"),
        [
            (t.token_id, t.person, t.label, " ".join(t.scopes), " ".join(t.cases), " ".join(t.roles),
             rfc3339(t.expires_at), rfc3339(t.used_at) if t.used_at else "",
             "live" if is_live(t, now) else "revoked" if t.revoked_at else "ended")
            for t in found
        ],
    )  # fmt: skip


@commands.command(name="revoke", help="Revoke a token. 撤销令牌。")
def revoke(
    ctx: typer.Context, token_id: Annotated[str, typer.Argument(help="id of the token, as `account tokens` lists it")]
) -> None:
    with state_of(ctx).context() as c:
        found = revoke_token(c, token_id)
    render.line(render.say(f"已撤销：{found.label}", f"revoked: {found.label}"))
