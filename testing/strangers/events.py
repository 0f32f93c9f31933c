"""Reads the whole log over HTTP: the CloudEvents SDK decodes each event, and jsonschema holds its data against the
schema that the service serves for it. Then follows the log, and takes an event as it comes.

Prints how many there were, and the last position.
"""

import json
import os
import sys
import urllib.request

from cloudevents.core.formats.json import JSONFormat
from jsonschema import Draft202012Validator, FormatChecker

URL = sys.argv[1]
HEADERS = {"Authorization": "Bearer " + os.environ["TOKEN"]}


def get(path):
    return urllib.request.urlopen(urllib.request.Request(URL + path, headers=HEADERS), timeout=40)


def schemas():
    """By what events name them, of the types that are handed on."""
    with get("/v1/schemas") as answer:
        types = json.load(answer)
    found = {}
    for known in types:
        with get(known["href"]) as answer:
            schema = json.load(answer)
        assert schema["$id"] == known["dataschema"], known
        Draft202012Validator.check_schema(schema)
        if known["handedOn"]:
            found[schema["$id"]] = Draft202012Validator(schema, format_checker=FormatChecker())
    return found


def pages():
    after = 0
    while True:
        with get(f"/v1/events?after={after}&limit=1000") as answer:
            lines = answer.read().splitlines()
            reached = int(answer.headers["Data-Position"])
        yield from lines
        if not lines and reached == after:
            return
        after = reached


validators = schemas()
read, count, last, types = JSONFormat().read, 0, 0, set()
for line in pages():
    event = read(None, line)
    validators[event.get_dataschema()].validate(event.get_data())
    position = int(event.get_extension("position"))
    assert position > last, line
    count, last = count + 1, position
    types.add(event.get_type())
assert {"rookery.message.posted.v1", "rookery.message.edited.v1", "rookery.message.deleted.v1"} <= types, types
private = {"rookery.message.bookmarked.v1", "rookery.account.blocked.v1", "rookery.report.filed.v1"}
assert not private & types, types

# A stream from the last but one goes on with the last.
with get(f"/v1/events?after={last - 256}&follow=true") as stream:
    line = next(line for line in stream if line.strip())
    assert int(read(None, line).get_extension("position")) == last, line
print(count, last)
