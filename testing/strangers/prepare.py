"""Fills a running system a little, so that what the document allows finds something.

Prints the id of an account that has a bit of everything, that of one that may be given up, and the log's lineage.
"""

import json
import sys
import urllib.request

URL = sys.argv[1]
PASSWORD = "correct horse battery"


def send(method, path, body=None, token=None):
    request = urllib.request.Request(URL + path, method=method)
    request.add_header("Content-Type", "application/json")
    if method == "PATCH":
        request.add_header("If-Match", "*")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def person(handle):
    body = {"handle": handle, "password": PASSWORD, "displayName": handle.title()}
    account = send("POST", "/v1/accounts", body)
    session = send("POST", "/v1/sessions", {"handle": handle, "password": PASSWORD})
    return account["id"], session["accessToken"]


own, own_token = person("nightjar")
other, other_token = person("owl")
spare, _ = person("spare")
messages = [
    send("POST", "/v1/messages", {"text": f"Message {number}", "tags": ["birds"]}, own_token)["id"]
    for number in range(5)
]
send("PATCH", f"/v1/messages/{messages[0]}", {"text": "Corrected"}, own_token)
send("POST", "/v1/messages", {"text": "A reply", "inReplyTo": messages[1]}, other_token)
for edge in ("like", "repost", "bookmark"):
    send("PUT", f"/v1/messages/{messages[2]}/{edge}", token=other_token)
send("PUT", f"/v1/accounts/{own}/follow", token=other_token)
send("PUT", f"/v1/accounts/{other}/follow", token=own_token)
send("DELETE", f"/v1/messages/{messages[4]}", token=own_token)
with urllib.request.urlopen(URL + "/.well-known/jwks.json") as answer:
    lineage = answer.headers["Log-Lineage"]
print(own, spare, lineage)
