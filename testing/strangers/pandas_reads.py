"""Reads every view with pandas and SQLAlchemy, as the analyst: types, nulls, time zones, and ids beyond what a double holds."""

import sys

import pandas as pd
import psycopg
import sqlalchemy

import own_database

DATA_DIR = sys.argv[1]
# Where doubles end.
LARGE = 2**53 + 1


def engine(address):
    # As it stands in the file.
    return sqlalchemy.create_engine(address)


def every_view(analyst):
    names = pd.read_sql("select view from data_sets order by view", analyst)["view"]
    frames = {name: pd.read_sql(f"select * from {name}", analyst, dtype_backend="numpy_nullable") for name in names}
    for name, frame in frames.items():
        described = pd.read_sql(
            sqlalchemy.text("select column_name, data_type from information_schema.columns where table_schema = 'published' and table_name = :name"),
            analyst, params={"name": name},
        )
        for column, kind in zip(described["column_name"], described["data_type"]):
            if frame[column].notna().any():
                holds(f"{name}.{column}", frame[column], kind)
    return frames


def holds(place, values, kind):
    found = str(values.dtype)
    if kind in ("bigint", "integer", "smallint"):
        assert found == "Int64", f"{place}: {found}"
    elif kind == "timestamp with time zone":
        assert str(getattr(values.dtype, "tz", None)) == "UTC", f"{place}: {found}"
    elif kind == "boolean":
        assert found == "boolean", f"{place}: {found}"
    elif kind == "double precision":
        assert found == "Float64", f"{place}: {found}"
    elif kind == "text":
        assert values.dropna().map(type).eq(str).all(), f"{place}: {found}"


def midnight_elsewhere(analyst):
    """A time is one moment, whatever zone the session shows it in."""
    query = "select id, created_at from messages order by id limit 100"
    with analyst.connect() as session:
        session.execute(sqlalchemy.text("set time zone 'Asia/Kolkata'"))
        elsewhere = pd.read_sql(sqlalchemy.text(query), session)
    here = pd.read_sql(query, analyst)
    moved = pd.to_datetime(elsewhere["created_at"], utc=True)
    assert (moved == pd.to_datetime(here["created_at"], utc=True)).all()
    assert here["created_at"].dt.tz_convert("Asia/Kolkata").dt.tz_convert("UTC").eq(moved).all()


def large_ids():
    """A log has no such ids before its 2^45th event, so they are planted into a copy."""
    own_database.make(DATA_DIR)
    own_database.copy(DATA_DIR)
    with psycopg.connect(own_database.owner(DATA_DIR)) as own:
        own.execute(
            """update drifted.messages set id = id + %(by)s, id_text = (id + %(by)s)::text,
            in_reply_to = in_reply_to + %(by)s, in_reply_to_id_text = (in_reply_to + %(by)s)::text""",
            {"by": LARGE},
        )
    query = "select id, id_text, in_reply_to, in_reply_to_id_text from drifted.messages"
    own = engine(own_database.owner(DATA_DIR))
    plain = pd.read_sql(query, own)
    assert (plain["id"].astype(str) == plain["id_text"]).all()
    answers = plain.dropna(subset="in_reply_to")
    assert str(plain["in_reply_to"].dtype) == "float64" and len(answers) > 10
    rounded = (answers["in_reply_to"].map(lambda value: str(int(value))) != answers["in_reply_to_id_text"]).sum()
    assert rounded > 0, "doubles do not round any more: docs/DATA_SET.md says that they do"
    # The text is right, and so are integers that may be null.
    assert set(answers["in_reply_to_id_text"].astype(int)) <= set(plain["id"]) | all_ids(own)
    nullable = pd.read_sql(query, own, dtype_backend="numpy_nullable")
    both = nullable.dropna(subset="in_reply_to")
    assert (both["in_reply_to"].astype("string") == both["in_reply_to_id_text"].astype("string")).all()
    return rounded


def all_ids(own):
    return set(pd.read_sql("select id from drifted.message_ids", own)["id"] + LARGE)


def main():
    analyst = engine(own_database.analyst(DATA_DIR))
    frames = every_view(analyst)
    midnight_elsewhere(analyst)
    rounded = large_ids()
    rows = sum(map(len, frames.values()))
    print(f"pandas: {len(frames)} views, {rows} rows; doubles round {rounded} ids beyond 2^53, their text is right")


main()
