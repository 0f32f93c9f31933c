"""What a schema cannot say, and schemathesis therefore cannot know."""

import json
import re
import uuid

import schemathesis

NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def as_lines(context, value):
    """The document describes one line of the body."""
    return json.dumps(value).encode() + b"\n"


@schemathesis.deserializer(NDJSON)
def from_lines(context, response):
    """It describes one line of the report, too. A page of events may be empty."""
    lines = response.content.splitlines()
    return json.loads(lines[0]) if lines else {}


def reached(values, name):
    """A position that nobody has reached is 503 `not-caught-up`, and rightly so."""
    if values and re.fullmatch("[1-9][0-9]{0,18}", str(values.get(name))) and int(values[name]) < 2**63:
        values[name] = "256"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Only what is meant to be accepted is made acceptable."""
    reached(case.headers, "Await-Position")
    reached(case.query, "since")
    reached(case.query, "after")
    # Nothing is sent to others, whatever was drawn.
    if case.operation.path.startswith("/v1/webhooks") and isinstance(case.body, dict):
        if str(case.body.get("url")).startswith("http"):
            case.body["url"] = "https://127.0.0.1:9/hook"
    # A stream does not end.
    if case.operation.path == "/v1/events" and case.query and str(case.query.get("follow")).lower() == "true":
        case.query["follow"] = "false"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # A key stands for one request; the shortest ones are drawn again and again.
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    query = case.query or {}
    # The past is asked for by a position or a time.
    if "asOf" in query:
        query["asOf"] = "256"
    # The pattern that keeps NUL out of strings is not on those of a list.
    for name in ("tagAny", "tagAll", "tagNone"):
        if isinstance(query.get(name), list):
            query[name] = [str(tag).replace("\0", "") for tag in query[name]]
        elif name in query:
            query[name] = str(query[name]).replace("\0", "")
    # Either a window or dates.
    if case.operation.path == "/v1/tags":
        for name in ("dateStart", "dateEnd"):
            query.pop(name, None)
    # A search needs a word that has to be there.
    if case.operation.path == "/v1/search":
        query["q"] = "birds"
    # Ids end where 63 bits do.
    for name, value in (case.path_parameters or {}).items():
        if re.fullmatch("[0-9]+", str(value)) and int(value) >= 2**63:
            case.path_parameters[name] = "256"
    # The pattern of a position is that of others, too; types are those of /v1/schemas.
    if case.operation.path == "/v1/events":
        query.pop("types", None)
        if "tag" in query:
            query["tag"] = "birds"
        if re.fullmatch("[0-9]+", str(query.get("account"))):
            query["account"] = "7"
    # The same of webhooks: types, tags, accounts and positions that there are, at an address where nobody listens.
    if case.operation.path.startswith("/v1/webhooks") and isinstance(case.body, dict):
        known = {"url": "https://127.0.0.1:9/hook", "types": [], "tag": "birds", "account": "7", "after": "0"}
        case.body.update({name: known[name] for name in case.body if name in known and case.body[name] is not None})
        if case.operation.method.upper() == "PATCH":
            case.body["isPaused"] = True
    # Nobody makes a cursor but the list itself.
    query.pop("cursor", None)
    # The start has to be before the end, and counts have at most 10,000 buckets.
    if case.operation.path == "/v1/messages/counts":
        query.update(dateStart="2026-01-01", dateEnd="2026-01-02")
    elif "dateStart" in query and "dateEnd" in query:
        del query["dateEnd"]
    # JSON Schema takes 7.0 for an integer; here a number has one spelling.
    if isinstance(case.body, dict):
        for name, value in case.body.items():
            if isinstance(value, float) and value.is_integer():
                case.body[name] = int(value)
    # One of them, not both.
    if isinstance(case.body, dict) and "tag" in case.body and "tags" in case.body:
        del case.body["tag" if case.body["tag"] is None else "tags"]
    # A change says something, and null says nothing.
    if case.operation.method.upper() == "PATCH" and isinstance(case.body, dict):
        if all(value is None for value in case.body.values()):
            name = "bio" if case.operation.path == "/v1/accounts/me" else "text"
            case.body[name] = "Something"
