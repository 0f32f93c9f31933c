"""Holds a running system to its data contract with datacontract-cli, as the analyst; then a copy of its data that drifted."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import drift
import own_database

URL, DATA_DIR, FOLDER, TOOLS, ROOT = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4], Path(sys.argv[5])
CONTRACT = ROOT / "docs/contracts/published.odcs.yaml"


def datacontract(*arguments, address=None, schema=None):
    """The exit code, and all that was said."""
    environment = dict(os.environ) | own_database.variables(address or own_database.analyst(DATA_DIR))
    if schema:
        environment["DATACONTRACT_POSTGRES_SCHEMA"] = schema
    run = subprocess.run(
        [sys.executable, f"{TOOLS}/bin/datacontract", *map(str, arguments)],
        capture_output=True, text=True, env=environment, cwd=FOLDER,
    )
    return run.returncode, run.stdout + run.stderr


def checked(name, contract, **where):
    report = FOLDER / f"{name}.json"
    code, said = datacontract("test", contract, "--output", report, "--output-format", "json", **where)
    checks = json.loads(report.read_text())["checks"]
    return code, said, checks


def main():
    with urllib.request.urlopen(f"{URL}/v1/contracts/published") as answer:
        assert answer.read() == CONTRACT.read_bytes(), "another contract is served than is checked in"
    code, said = datacontract("lint", CONTRACT)
    assert code == 0 and "warning" not in said.lower(), said

    code, said, checks = checked("published", f"{URL}/v1/contracts/published")
    passed = [check for check in checks if check["result"] == "passed"]
    assert code == 0 and len(passed) == len(checks) > 500, said

    own_database.make(DATA_DIR)
    own_database.copy(DATA_DIR)
    drift.plant(own_database.owner(DATA_DIR))
    code, said, spoiled = checked("drifted", CONTRACT, address=own_database.owner(DATA_DIR), schema="drifted")
    failed = {check["key"] for check in spoiled if check["result"] != "passed"}
    assert code != 0, said
    drift.compare(drift.checks(), failed)

    # A contract that promises less than it did.
    lines = CONTRACT.read_text().splitlines(keepends=True)
    begin = lines.index("  - name: id_text\n")
    end = next(place for place in range(begin + 1, len(lines)) if lines[place].startswith("  - name: "))
    (FOLDER / "less.yaml").write_text("".join(lines[:begin] + lines[end:]))
    code, said = datacontract("breaking", CONTRACT, FOLDER / "less.yaml")
    assert code != 0 and "id_text" in said, said
    print(f"datacontract-cli: {len(checks)} checks pass, {len(drift.DRIFTS)} drifts are found, by {len(failed)} of them")


main()
