"""Takes data sets away, and reads them with pyarrow and DuckDB.

What is shown: a full export, with the changes behind it applied, is the full export of later, in every format; files
that were changed or cut off are found; and no cell of a CSV begins like a formula.
"""

import csv
import io
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

URL, PROGRAM, DATA_DIR, FOLDER = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])
TOKEN = os.environ["TOKEN"]
CHANGE = "_change_type"


def send(method, path, body=None, headers=()):
    request = urllib.request.Request(URL + path, method=method)
    request.add_header("Authorization", "Bearer " + TOKEN)
    request.add_header("Content-Type", "application/json")
    for name, value in headers:
        request.add_header(name, value)
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data) as answer:
        return answer.headers, answer.read()


def post(text, **more):
    headers, body = send("POST", "/v1/messages", {"text": text, **more})
    return json.loads(body)["id"], headers["Event-Position"]


def export(data_set, format, position, since=None):
    """A file from the command, and the same from the API."""
    query = f"format={format}" + ("" if since is None else f"&since={since}")
    waits = [("Await-Position", str(position)), ("Prefer", "wait=30")]
    headers, body = send("GET", f"/v1/exports/{data_set}?{query}", headers=waits)
    assert headers["Data-Position"] == str(position), headers
    name = FOLDER / f"{data_set}-{position}-{'all' if since is None else since}.{format}"
    rookery("export", data_set, "--format", format, "--out", str(name), *([] if since is None else ["--since", str(since)]))
    assert name.read_bytes() == body, f"{name} is another file than that of the API"
    return name


def rookery(*arguments, fails=False):
    run = subprocess.run([PROGRAM, *arguments, "--data-dir", DATA_DIR], capture_output=True, text=True)
    assert (run.returncode != 0) == fails, f"{arguments}: {run.stdout}{run.stderr}"
    return run.stdout + run.stderr


def applied(full, changes, key):
    """By pyarrow: the rows that did not change, and those that did."""
    kept = full.select([name for name in changes.column_names if name != CHANGE])
    kept = kept.filter(pc.invert(pc.is_in(kept[key], value_set=changes[key].combine_chunks())))
    upserts = changes.filter(pc.equal(changes[CHANGE], "upsert")).drop_columns([CHANGE])
    whole = pa.concat_tables([kept.cast(upserts.schema), upserts])
    return whole.sort_by(key).combine_chunks()


def same_in_pyarrow(before, changes, after, key):
    before, changes, after = (pq.read_table(path) for path in (before, changes, after))
    expected = after.select([name for name in changes.column_names if name != CHANGE])
    whole = applied(before, changes, key)
    assert whole.equals(expected.cast(whole.schema).sort_by(key).combine_chunks()), (whole, expected)


def reader(path):
    """Parquet has its types; of the others every cell is taken as text, because a column of nulls has none."""
    if path.suffix == ".parquet":
        return f"read_parquet('{path}')"
    if path.suffix == ".csv":
        return f"""read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')"""
    names = json.loads(path.read_text().split("\n", 1)[0])
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"


def same_in_duckdb(before, changes, after, key):
    database = duckdb.connect()
    for name, path in (("before_", before), ("changes", changes), ("after_", after)):
        database.sql(f"create table {name} as select * from {reader(path)}")
    columns = [row[0] for row in database.sql("describe changes").fetchall() if row[0] != CHANGE]
    names = ", ".join(f'"{name}"' for name in columns)
    database.sql(
        f"""create table whole as
        select {names} from before_ where {key} not in (select {key} from changes)
        union all select {names} from changes where {CHANGE} = 'upsert'"""
    )
    for one, other in (("whole", "after_"), ("after_", "whole")):
        rows = database.sql(f"select {names} from {one} except select {names} from {other}").fetchall()
        assert not rows, rows
    [(count,)] = database.sql("select count(*) from whole").fetchall()
    return count


def changed():
    """What may become of messages between two exports: the position behind it."""
    deleted, _ = post("Gone soon", tags=["birds"])
    edited, _ = post("=1+1 is no formula", tags=["sums"])
    _, position = post("'quoted', \"twice\"\nand on two lines")
    return deleted, edited, int(position)


def main():
    deleted, edited, first = changed()
    full = {format: export("messages", format, first) for format in ("parquet", "csv", "ndjson")}
    send("DELETE", f"/v1/messages/{deleted}")
    send("PATCH", f"/v1/messages/{edited}", {"text": "+2 is none either"}, [("If-Match", "*")])
    passing, _ = post("Posted and deleted in between")
    send("DELETE", f"/v1/messages/{passing}")
    _, last = post("@everybody: the last one", tags=["birds", "sums"])
    second = int(last)
    changes = {format: export("messages", format, second, since=first) for format in full}
    later = {format: export("messages", format, second) for format in full}

    kinds = pq.read_table(changes["parquet"])
    found = dict(zip(map(str, kinds["id"].to_pylist()), kinds[CHANGE].to_pylist()))
    assert found == {deleted: "delete", edited: "upsert", last: "upsert"}, found
    notes = pq.read_metadata(later["parquet"]).metadata
    assert notes[b"rookery.position"] == str(second).encode(), notes
    same_in_pyarrow(full["parquet"], changes["parquet"], later["parquet"], "id")
    counts = {same_in_duckdb(full[format], changes[format], later[format], "id") for format in full}
    assert len(counts) == 1, counts

    cells = list(csv.DictReader(io.StringIO(later["csv"].read_bytes().decode(), newline="")))
    texts = {row["id"]: row["text"] for row in cells}
    assert texts[edited] == "'+2 is none either", texts
    assert not any(cell[:1] in "=+-@\t\r" for row in cells for cell in row.values() if cell)

    for path in [*full.values(), *changes.values(), *later.values()]:
        assert "it is what the log comes to" in rookery("receipt", "verify", str(path))
    rows = later["ndjson"].read_text().splitlines(keepends=True)
    later["ndjson"].write_text("".join(rows[1:]))
    assert "missing" in rookery("receipt", "verify", str(later["ndjson"]), fails=True)
    whole = later["parquet"].read_bytes()
    later["parquet"].write_bytes(whole[:-100])
    assert "cut off" in rookery("receipt", "verify", str(later["parquet"]), fails=True)
    print(f"pyarrow and DuckDB: {counts.pop()} messages, full and by their changes, in three formats")


main()
