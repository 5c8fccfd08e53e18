"""What of the register the public's map is made from: a view, and who may read nothing else."""

from __future__ import annotations

import sqlalchemy as sa

from gdcoverage.problems import unusable

VIEW = "outlet_events_public"
PUBLIC_EVENTS = sa.table(
    VIEW,
    *(
        sa.column("event_id", sa.Integer),
        sa.column("outlet_id", sa.Text),
        sa.column("kind", sa.Text),
        sa.column("effective_on", sa.Text),
        sa.column("recorded_on", sa.Text),
        sa.column("corrects", sa.Integer),
        sa.column("details", sa.Text),
    ),
)
# What befalls an outlet that changes what the public sees of it; an exit is an exit, forced or not.
_KINDS = (
    *("registered", "signed", "authorised", "changed", "suspended", "resumed", "moved"),
    *("exit_approved", "exit_forced", "directory"),
)
# What is told of it: what a card shows, and what decides whether there is one.
_DETAILS = (
    *("name", "bank", "address", "stated_county", "phone", "hours", "lon", "lat", "modes"),
    *("dedicated_window", "door_to_door", "items", "until", "to", "moved_from"),
)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _sqlite(details: str) -> str:
    return f"""(SELECT json_group_object(key, CASE type
        WHEN 'true' THEN json('true') WHEN 'false' THEN json('false')
        WHEN 'array' THEN json(value) WHEN 'object' THEN json(value) ELSE value END)
        FROM json_each({details}) WHERE key IN ({_listed(_DETAILS)}))"""


def _postgresql(details: str) -> str:
    return f"""(SELECT coalesce(jsonb_object_agg(key, value), '{{}}')
        FROM jsonb_each({details}) WHERE key IN ({_listed(_DETAILS)}))"""


def _view(options: str, void: str, corrected: str, plain: str) -> str:
    return f"""CREATE VIEW {VIEW}{options} AS SELECT e.event_id, e.outlet_id,
        CASE e.kind WHEN 'exit_forced' THEN 'exit_approved' ELSE e.kind END AS kind,
        e.effective_on, e.recorded_on, e.corrects,
        CASE WHEN e.corrects IS NULL THEN {plain} WHEN {void} THEN '{{"void": true}}'
        ELSE {corrected} END AS details
        FROM outlet_events e LEFT JOIN outlet_events c ON c.event_id = e.corrects
        WHERE coalesce(c.kind, e.kind) IN ({_listed(_KINDS)})"""


# Statements by dialect, as of `_schema.MIGRATIONS`.
PUBLIC_VIEW: dict[str, tuple[str, ...]] = {
    "sqlite": (
        _view(
            "",
            "json_extract(e.details, '$.void')",
            "json_object('details', " + _sqlite("json_extract(e.details, '$.details')") + ")",
            _sqlite("e.details"),
        ),
    ),
    "postgresql": (
        # No condition of a reader's is asked of rows that the view leaves out.
        _view(
            " WITH (security_barrier)",
            "(e.details::jsonb -> 'void')::boolean",
            "jsonb_build_object('details', "
            + _postgresql("e.details::jsonb -> 'details'")
            + ")::text",
            _postgresql("e.details::jsonb") + "::text",
        ),
    ),
}


def is_restricted(connection: sa.Connection) -> bool:
    """Whether this account may not read the events themselves."""
    if connection.dialect.name != "postgresql":
        return False
    asked = sa.text("SELECT has_table_privilege('outlet_events', 'SELECT')")
    return not connection.execute(asked).scalar_one()


def let_read(connection: sa.Connection, role: str, where: str) -> None:
    """Let a role read the view, and nothing else.

    Raises
    ------
    InputError : the register is no database with roles; there is no such role; or it may read
        more all the same.
    """
    if connection.dialect.name != "postgresql":
        action = "文件没有账号之分；发布时本来就只读公开的列"
        raise unusable("no_roles", "台账不在 PostgreSQL 里", action, file=where)
    known = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    if not connection.execute(known, {"role": role}).scalar_one():
        action = f"请数据库管理员先建：CREATE ROLE {role} LOGIN PASSWORD '…'"
        raise unusable("role_unknown", f"没有账号 {role}", action, file=where)
    named = connection.dialect.identifier_preparer.quote(role)
    schema = connection.execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    for statement in (
        f"REVOKE ALL ON outlet_events, register_version, {VIEW} FROM {named}",
        f"GRANT USAGE ON SCHEMA {schema} TO {named}",
        f"GRANT SELECT ON register_version, {VIEW} TO {named}",
    ):
        connection.exec_driver_sql(statement)
    asked = sa.text("SELECT has_table_privilege(:role, 'outlet_events', 'SELECT')")
    if connection.execute(asked, {"role": role}).scalar_one():
        what = f"账号 {role} 仍能读全部事件（它是管理员，或属于有此权限的组）"
        raise unusable("role_reads_more", what, "请换一个普通账号；没有改动", file=where)
