"""Builds and tests the project in docs/dbt as the analyst, with models as tables in a database of its own, and over data that drifted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

import drift
import own_database

DATA_DIR, FOLDER, TOOLS, ROOT = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
PROJECT = ROOT / "docs/dbt"


def dbt(*arguments, address=None, schema="published", models="ephemeral", into="published"):
    """The exit code, all that was said, and the results by node."""
    environment = dict(os.environ) | own_database.variables(address or own_database.analyst(DATA_DIR))
    environment |= {
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(FOLDER / "target"),
        "DBT_LOG_PATH": str(FOLDER / "logs"),
        "DBT_SCHEMA": into,
    }
    variables = json.dumps({"published_schema": schema, "materialized": models})
    run = subprocess.run(
        [sys.executable, f"{TOOLS}/bin/dbt", "--no-use-colors", *arguments, "--vars", variables],
        capture_output=True, text=True, env=environment, cwd=FOLDER,
    )
    file = FOLDER / "target" / ("sources.json" if arguments[0] == "source" else "run_results.json")
    results = json.loads(file.read_text())["results"] if file.exists() else []
    return run.returncode, run.stdout + run.stderr, {result["unique_id"]: result["status"] for result in results}


def name_of(test):
    """`not_null reposts.position`, of what dbt calls `test.rookery.source_not_null_published_reposts_position.<hash>`."""
    manifest = json.loads((FOLDER / "target/manifest.json").read_text())
    node = manifest["nodes"][test]
    source = next(source for source in node["depends_on"]["nodes"] if source == f"source.rookery.published.{table_of(node)}")
    column = node.get("column_name")
    return f"{node['test_metadata']['name']} {source.split('.')[-1]}{'.' + column if column else ''}"


def table_of(node):
    return node["test_metadata"]["kwargs"]["model"].split("'published', '")[1].split("'")[0]


def main():
    code, said, results = dbt("build")
    assert code == 0 and set(results.values()) == {"pass"}, said
    tests = len(results)
    code, said, results = dbt("source", "freshness")
    assert code == 0 and set(results.values()) == {"pass"} and len(results) > 20, said
    fresh = len(results)

    own_database.make(DATA_DIR)
    own = own_database.owner(DATA_DIR)
    code, said, results = dbt("run", address=own, models="table", into="analysis")
    assert code == 0 and set(results.values()) == {"success"}, said
    with psycopg.connect(own) as database:
        [(weeks,)] = database.execute("select count(*) from analysis.growth_by_week").fetchall()
        assert weeks > 1, weeks

    own_database.copy(DATA_DIR)
    drift.plant(own)
    code, said, results = dbt("test", address=own, schema="drifted", into="analysis")
    assert code != 0, said
    drift.compare(drift.tests(), {name_of(test) for test, status in results.items() if status != "pass"})
    code, said, results = dbt("source", "freshness", address=own, schema="drifted")
    assert code != 0 and set(results.values()) == {"error"}, said
    print(f"dbt: {tests} tests pass, {fresh} sources are fresh, tables are built elsewhere, {len(drift.tests())} drifts and stale data fail")


main()
