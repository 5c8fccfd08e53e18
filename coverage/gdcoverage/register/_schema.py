"""How a register is stored: its tables, and how those of older versions are brought up to date.

Migrations are a numbered list of statements. A tool for them (Alembic) would bring files, settings
and a second package for what is here one loop; it would earn its place when tables are altered
often.
"""

from __future__ import annotations

import sqlalchemy as sa

from gdcoverage.problems import unusable
from gdcoverage.register._public import PUBLIC_VIEW

EVENTS = sa.table(
    "outlet_events",
    *(
        sa.column("event_id", sa.Integer),
        sa.column("outlet_id", sa.Text),
        sa.column("kind", sa.Text),
        # ISO 8601, which sorts as days do on every database.
        sa.column("effective_on", sa.Text),
        sa.column("recorded_on", sa.Text),
        sa.column("source", sa.Text),
        sa.column("recorded_by", sa.Text),
        sa.column("corrects", sa.Integer),
        sa.column("details", sa.Text),
    ),
)
_CREATE = (
    """CREATE TABLE outlet_events (
        event_id INTEGER PRIMARY KEY,
        outlet_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        effective_on TEXT NOT NULL,
        recorded_on TEXT NOT NULL,
        source TEXT NOT NULL,
        recorded_by TEXT NOT NULL,
        corrects INTEGER REFERENCES outlet_events (event_id),
        details TEXT NOT NULL
    )""",
    "CREATE INDEX outlet_events_of_outlet ON outlet_events (outlet_id)",
    "CREATE TABLE register_version (version INTEGER NOT NULL)",
    "INSERT INTO register_version VALUES (0)",
)
# Nothing is ever altered or deleted, whatever program opens the file.
_APPEND_ONLY = {
    "sqlite": (
        *(
            f"""CREATE TRIGGER outlet_events_no_{act.lower()} BEFORE {act} ON outlet_events
            BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"""
            for act in ("UPDATE", "DELETE")
        ),
    ),
    "postgresql": (
        """CREATE FUNCTION outlet_events_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the register is append-only'; END $$""",
        """CREATE TRIGGER outlet_events_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON outlet_events
        FOR EACH STATEMENT EXECUTE FUNCTION outlet_events_append_only()""",
    ),
}
# What makes the file a GeoPackage 1.3 (OGC 12-128r17), so that QGIS opens it: events as a table
# of attributes.
_GEOPACKAGE = (
    "PRAGMA application_id = 0x47504B47",
    "PRAGMA user_version = 10300",
    """CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
    )""",
    "INSERT INTO gpkg_spatial_ref_sys VALUES"
    " ('undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),"
    " ('undefined geographic', 0, 'NONE', 0, 'undefined', NULL),"
    " ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\","
    'SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]]\', NULL)',
    """CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '',
        last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
    )""",
    # Without this table GDAL lists no tables of attributes either.
    """CREATE TABLE gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name)
    )""",
    "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
    " VALUES ('outlet_events', 'attributes', 'outlet_events')",
)
# Migration n brings version n - 1 to n: statements by dialect. One that was released never changes.
MIGRATIONS: list[dict[str, tuple[str, ...]]] = [
    {
        "sqlite": (*_CREATE, *_APPEND_ONLY["sqlite"], *_GEOPACKAGE),
        "postgresql": (*_CREATE, *_APPEND_ONLY["postgresql"]),
    },
    PUBLIC_VIEW,
]


def version_of(connection: sa.Connection) -> int | None:
    """The version of the tables; None where there are none."""
    tables = sa.inspect(connection).get_table_names()
    if "register_version" not in tables or "outlet_events" not in tables:
        return None
    return int(connection.execute(sa.text("SELECT version FROM register_version")).scalar_one())


def has_tables(connection: sa.Connection) -> bool:
    """Whether a database holds any tables at all."""
    return bool(sa.inspect(connection).get_table_names())


def migrate(connection: sa.Connection, where: str) -> None:
    """Bring the tables up to date, within the transaction that is open.

    Raises
    ------
    InputError : a newer program has written them.
    """
    version = version_of(connection) or 0
    require_known(version, where)
    for statements in MIGRATIONS[version:]:
        for statement in statements[connection.dialect.name]:
            connection.exec_driver_sql(statement)
    current = sa.text("UPDATE register_version SET version = :version")
    connection.execute(current, {"version": len(MIGRATIONS)})


def require_known(version: int, where: str) -> None:
    """Refuse tables of a version that is not known yet.

    Raises
    ------
    InputError : a newer program has written them.
    """
    if version > len(MIGRATIONS):
        raise unusable(
            "register_newer",
            f"台账是较新版本的程序写的（第 {version} 版，本程序只认识到第 {len(MIGRATIONS)} 版）",
            "请升级 gdcoverage 后再用；没有改动台账",
            file=where,
        )
