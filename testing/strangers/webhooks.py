"""Runs the receivers of docs/WEBHOOKS.md, which verify with the package standardwebhooks: the whole log of the demo comes to
both; one is killed half-way; a forged request is refused; and while a secret is rotated the old and the new one are good.

Arguments: the program `rookery`, docs/WEBHOOKS.md. ROOKERY_DATA_DIR is that of the running system, API its address, TOKEN of
a consumer.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

PROGRAM, DOCS = sys.argv[1:]
PATIENCE = 60


def webhooks(*words):
    command = [PROGRAM, "webhooks", *words, "--url", os.environ["API"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shown(webhook):
    return json.loads(webhooks("show", webhook))


def until(reached, what, period=0.05):
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, what
        time.sleep(period)


def documented(language):
    with open(DOCS) as docs:
        return docs.read().split(f"```{language}\n")[1].split("```")[0]


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return str(listening.getsockname()[1])


class Receiver:
    """A program of the page. The first word of each line is a position."""

    def __init__(self, command, port, secret):
        self.positions, self.port = [], port
        env = {**os.environ, "PORT": port, "SECRET": secret}
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            # JavaScript writes objects over several lines.
            word = line.split(" ", 1)[0]
            if word.isdigit():
                self.positions.append(int(word))

    def until(self, reached, what, period=0.05):
        def still():
            assert self.process.poll() is None, f"{what}: it ended"
            return reached()

        until(still, what, period)

    def forge(self):
        """Somebody else's request, with a signature of nobody's."""
        headers = {
            "webhook-id": "forged",
            "webhook-timestamp": str(int(time.time())),
            "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        }
        body = b'{"position":"1","type":"forged","data":{}}'
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", body, headers)
        try:
            status = urllib.request.urlopen(request, timeout=PATIENCE).status
        except urllib.error.HTTPError as refused:
            status = refused.code
        assert status == 400, f"a forged request was answered {status}"

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


def log():
    headers = {"Authorization": "Bearer " + os.environ["TOKEN"]}
    after, positions = "0", []
    while True:
        request = urllib.request.Request(f"{os.environ['API']}/v1/events?after={after}&limit=1000", headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            lines, reached = answer.read().splitlines(), answer.headers["Data-Position"]
        positions.extend(int(json.loads(line)["position"]) for line in lines)
        if not lines and reached == after:
            return positions
        after = reached


def add(port):
    made = json.loads(webhooks("add", f"http://127.0.0.1:{port}/", "--after", "0"))
    return made["webhook"]["id"], made["secret"]


began = time.monotonic()
for line in webhooks("list").splitlines()[1:]:
    webhooks("remove", line.split("\t")[0])
expected = log()
assert len(expected) > 1_000, len(expected)
of_python, of_javascript = [sys.executable, "-u", "-c", documented("python")], ["node", "-e", documented("js")]
python_port, javascript_port = free_port(), free_port()
python_hook, python_secret = add(python_port)
javascript_hook, javascript_secret = add(javascript_port)
javascript = Receiver(of_javascript, javascript_port, javascript_secret)
first = Receiver(of_python, python_port, python_secret)
first.until(lambda: len(first.positions) >= len(expected) // 3, "a third is sent to Python")
first.end(signal.SIGKILL)
python = Receiver(of_python, python_port, python_secret)
for name, receiver, webhook in [("Python", python, python_hook), ("JavaScript", javascript, javascript_hook)]:
    receiver.until(lambda: shown(webhook)["lagEvents"] == 0, f"the rest is sent to {name}", 0.5)
    assert shown(webhook)["parkedEvents"] == 0, shown(webhook)
    receiver.forge()
assert sorted(set(first.positions) | set(python.positions)) == expected, "Python"
assert sorted(set(javascript.positions)) == expected, "JavaScript"
javascript.end()

before = expected[-6]
new_secret = json.loads(webhooks("rotate", python_hook))["secret"]
for secret in (python_secret, new_secret):
    python.end()
    python = Receiver(of_python, python_port, secret)
    webhooks("replay", python_hook, "--after", str(before))
    python.until(lambda: sorted(set(python.positions)) == expected[-5:], "the last ones come again")
python.end()
for webhook in (python_hook, javascript_hook):
    webhooks("remove", webhook)
print(len(expected), "events in", round(time.monotonic() - began), "s")
