#!/usr/bin/env python3
"""Makes messages.ndjson from the changelogs of Rust projects.

usage: make-sample.py CHANGELOG... > messages.ndjson

Each argument is a CHANGELOG.md in a folder named `project` or `project-1.2.3`, such as cargo keeps
them below its registry after a fetch. One top-level list item becomes one message:

- account: one per project, counted up from 1001 in the order of the arguments;
- tags: the project, the section (`added`, `fixed`, ...), and the module that the item begins with;
- time: the date of the release at 12:00 UTC, and one second more for each item of that day, so that
  no two messages of an account have the same time. The seconds are made up; the dates are real.
- key: project, version and number of the item, so that loading the file twice changes nothing.

Links and numbers of pull requests are left out. So is what has no date, is shorter than 20 or longer
than 280 code points, or says the same as an earlier item of its project (releases repeat fixes).
"""

import datetime
import json
import pathlib
import re
import sys
import unicodedata

ACCOUNT_FIRST = 1001
TEXT_CHARS = range(20, 281)
MODULE_CHARS_MAX = 24

MONTHS = {name: n for n, name in enumerate(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1)}
SECTIONS = {
    "add": "added", "new": "added", "feature": "added", "fix": "fixed", "bug": "fixed", "change": "changed",
    "break": "breaking", "document": "documented", "doc": "documented", "deprecat": "deprecated",
    "remov": "removed", "perf": "performance", "intern": "internal", "unstable": "unstable", "secur": "security",
}

HEADING = re.compile(r"^#{1,4}\s+(.*)$")
VERSION = re.compile(r"\bv?(\d+\.\d+\.\d+[\w.+-]*)")
ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
WORD_DATE = re.compile(r"([A-Z][a-z]{2})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
ITEM = re.compile(r"^[-*+]\s+(.*)$")
MODULE = re.compile(r"^`?([a-z][a-z0-9_-]*)`?(?:\s*,\s*`?[a-z0-9_-]+`?)*:\s+\S")
LABEL = re.compile(r"^\*\*(\w+):?\*\*:?\s*", re.UNICODE)


def date_of(heading):
    if found := ISO_DATE.search(heading):
        return datetime.date(*map(int, found.groups()))
    if (found := WORD_DATE.search(heading)) and found[1].lower() in MONTHS:
        return datetime.date(int(found[3]), MONTHS[found[1].lower()], int(found[2]))
    return None


def section_of(words):
    return next((tag for stem, tag in SECTIONS.items() if words.strip().lower().startswith(stem)), None)


def items(lines):
    """Yields (version, date, section, text) for each top-level list item, with its further lines joined."""
    version = date = section = text = None
    for line in [*lines, "# end"]:
        heading, item = HEADING.match(line), ITEM.match(line)
        continues = text is not None and line.strip() and not heading and not item
        if continues and line.startswith(" ") and not line.lstrip().startswith(("- ", "* ", "+ ")):
            text += " " + line.strip()
            continue
        # A list below an item would be torn from what it belongs to: both are left out.
        if continues and line.startswith(" "):
            text = ""
            continue
        if text:
            yield version, date, section, text
        text = item[1].strip() if item else None
        if heading and (found := VERSION.search(heading[1])):
            version, date, section = found[1], date_of(heading[1]), None
        elif heading:
            section = section_of(heading[1])


def plain(text):
    """Without links, emphasis, references and numbers of pull requests. Code is left as it is."""
    code = []

    def keep(found):
        code.append(found[0])
        return f"\0{len(code) - 1}\0"

    text = re.sub(r"`[^`]+`", keep, text)
    text = re.sub(r"#?\[#?\d+\](\([^)]*\)|\[[^\]]*\])?|\bPR ?#\d+|(?<![\w/])#\d+|https?://[^\s)]+", "", text)
    text = re.sub(r"\[([^\]]+)\](\([^)]*\)|\[[^\]]*\])?", r"\1", text)
    text = text.replace("**", "")
    # What held only numbers is empty brackets now.
    text = re.sub(r"\s*[(\[][\s,;&.]*[)\]]+", "", text)
    text = re.sub(r"\s+([.,;:])", r"\1", re.sub(r"\s+", " ", text)).strip(" ,;")
    return unicodedata.normalize("NFC", re.sub(r"\0(\d+)\0", lambda found: code[int(found[1])], text))


def messages(path, account):
    project = re.sub(r"-\d+\.\d+.*$", "", path.resolve().parent.name)
    seen, of_day, of_version = set(), {}, {}
    for version, date, section, raw in items(path.read_text(encoding="utf-8").splitlines()):
        if label := LABEL.match(raw):
            section, raw = section_of(label[1]) or section, raw[label.end():]
        text = plain(raw)
        if date is None or len(text) not in TEXT_CHARS or text.endswith(":") or text.lower() in seen:
            continue
        seen.add(text.lower())
        module = MODULE.match(text)
        tags = [project, section or section_of(text), module and module[1][:MODULE_CHARS_MAX]]
        of_version[version] = of_version.get(version, 0) + 1
        second = of_day[date] = of_day.get(date, -1) + 1
        time = datetime.datetime.combine(date, datetime.time(12)) + datetime.timedelta(seconds=second)
        yield {
            "kind": "message",
            "text": text,
            "tags": list(dict.fromkeys(tag for tag in tags if tag)),
            "account": str(account),
            "time": time.isoformat() + "Z",
            "key": f"{project}-{version}-{of_version[version]}",
        }


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    found = []
    for account, argument in enumerate(arguments, start=ACCOUNT_FIRST):
        found.extend(messages(pathlib.Path(argument), account))
    # In the order in which they might have been posted; the log keeps the order of the lines.
    found.sort(key=lambda message: (message["time"], message["account"]))
    for message in found:
        print(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
