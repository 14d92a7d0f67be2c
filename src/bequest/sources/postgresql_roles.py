"""Accounts of PostgreSQL with the rights of one phase only."""

from collections.abc import Iterator, Sequence

from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.marker import TABLE_MARKER
from bequest.sources.postgresql_connect import Database, Server
from bequest.sources.postgresql_references import read_references
from bequest.sources.postgresql_schema import Relation, read_schema
from bequest.sources.postgresql_scrub_checks import NEEDED_FUNCTIONS
from bequest.sources.postgresql_scrub_settings import NOTE, WANTED
from bequest.sources.postgresql_text import quoted
from bequest.sources.role_names import account_name

_HEAD = """-- PostgreSQL, database {database}, schema {schema}: accounts of case {case}. Run by their owner or a
-- superuser; then give each a password (\\password {example}) and keep it where the case file's reference finds it.
-- Take them away when the case is closed: DROP OWNED BY {example}; DROP ROLE {example};"""


def roles_sql(
    spec: Source, secrets: Secrets, *, case_id: str, tables: Sequence[str] = (), phases: Sequence[str] = ()
) -> str:
    """Statements for the phases, by the tables that the account of the case can see now.

    `read` and `verify` read only, all tables of the schema: what is not read cannot be found. `delete` may delete rows
    and empty columns of `tables`, and see what refers to them. `scrub` works as the owner of the database.
    """
    schema = spec.schema or "public"
    with Server(spec, secrets).connected() as db:
        relations = read_schema(db, spec.name, schema)
        has_marker = bool(
            (db.execute("SELECT to_regclass(%s)", (f"{quoted(schema)}.{TABLE_MARKER}",)).fetchone() or (None,))[0]
        )
        wanted = [r for r in relations if spec.holds(r.info.name) and (not tables or r.info.name in tables)]
        names = {p: quoted(account_name(spec, case_id, p)) for p in phases}
        example = next(iter(names.values()))
        lines = [_HEAD.format(database=db.info.dbname, schema=schema, case=case_id, example=example)]
        for phase, role in names.items():
            lines += ["", f"-- {phase}"]
            if phase == "scrub":
                lines += _scrub(db, role)
                continue
            lines += _account(db, schema, role, reads_only=phase != "delete")
            seen = [r.info.name for r in (wanted if phase == "delete" else relations) if _is_read(r, phase)]
            seen += [TABLE_MARKER] if has_marker else []
            lines += [f"GRANT SELECT ON {quoted(schema)}.{quoted(t)} TO {role};" for t in seen]
            if phase == "delete":
                mine = [r for r in wanted if _is_read(r, phase)]
                give = _empty if spec.is_whole else _delete
                lines += [line for r in mine for line in give(db, schema, r, role)]
    return "\n".join(lines) + "\n"


def _is_read(relation: Relation, phase: str) -> bool:
    """Tables; the verifier also reads materialised views, which hold copies."""
    why = relation.info.why_not_scanned
    return why not in {"view", "foreign"} or (phase == "verify" and relation.kind == "m")


def _account(db: Database, schema: str, role: str, *, reads_only: bool) -> Iterator[str]:
    yield f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 10;"
    if reads_only:
        yield f"ALTER ROLE {role} SET default_transaction_read_only = on;"
    more = "" if reads_only else ", TEMPORARY"
    yield f"GRANT CONNECT{more} ON DATABASE {quoted(db.info.dbname)} TO {role};"
    yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {role};"


def _empty(db: Database, schema: str, relation: Relation, role: str) -> Iterator[str]:  # noqa: ARG001 - as `_delete`
    """A whole store is emptied, row by row nothing is deleted."""
    yield f"GRANT TRUNCATE ON {quoted(schema)}.{quoted(relation.info.name)} TO {role};"


def _delete(db: Database, schema: str, relation: Relation, role: str) -> Iterator[str]:
    table = f"{quoted(schema)}.{quoted(relation.info.name)}"
    yield f"GRANT DELETE ON {table} TO {role};"
    columns = [c.name for c in relation.info.columns if not c.is_key and "generated" not in c.notes]
    if columns:
        yield f"GRANT UPDATE ({', '.join(map(quoted, columns))}) ON {table} TO {role};"
    for r in read_references(db, relation.oid):
        if r.schema != schema:
            yield f"GRANT USAGE ON SCHEMA {quoted(r.schema)} TO {role};"
        referring = f"{quoted(r.schema)}.{quoted(r.table)}"
        yield f"GRANT SELECT ({', '.join(map(quoted, r.columns))}) ON {referring} TO {role};"


def _scrub(db: Database, role: str) -> Iterator[str]:
    """As the owner of the database, who may rewrite every table and the statistics; and for the write-ahead log."""
    [owner, is_superuser] = db.execute(
        "SELECT r.rolname, r.rolsuper FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = d.datdba"
        " WHERE d.datname = current_database()"
    ).fetchone() or ("", False)
    if is_superuser or db.info.server_version < 150_000:
        yield "-- here only a superuser can do this: the database belongs to one, or the server is older than 15."
        yield f"CREATE ROLE {role} LOGIN SUPERUSER CONNECTION LIMIT 3 VALID UNTIL 'tomorrow';"
        return
    yield f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 3;"
    yield f"GRANT {quoted(owner)}, pg_checkpoint, pg_monitor TO {role};"
    for name in WANTED:
        yield f"GRANT ALTER SYSTEM ON PARAMETER {name} TO {role};"
    yield f"GRANT SET ON PARAMETER {NOTE} TO {role};"
    for function in NEEDED_FUNCTIONS:
        yield f"GRANT EXECUTE ON FUNCTION pg_catalog.{function} TO {role};"
    yield f"GRANT SELECT ON pg_catalog.pg_file_settings TO {role};"
