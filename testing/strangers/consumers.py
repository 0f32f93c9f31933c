"""Runs the programs of docs/CONSUMERS.md, kills each half-way, and starts it again: it takes every event. Then tries with
nats-py what a consumer of the broker may not do.

Arguments: the program `rookery`, docs/CONSUMERS.md, a folder to work in. ROOKERY_DATA_DIR is that of the running system,
API its address, TOKEN of a consumer.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import nats
from nats.js.api import ConsumerConfig

PROGRAM, DOCS, FOLDER = sys.argv[1:]
PATIENCE = 60
# What a process per event takes in much less than that.
COMMANDS = 600


def rookery(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def shown(name):
    return json.loads(rookery("consumers", "show", name))


def documented(language, number=0):
    with open(DOCS) as docs:
        return docs.read().split(f"```{language}\n")[1 + number].split("```")[0]


def documented_with(words):
    return next(text for number in range(9) if words in (text := documented("sh", number)))


class Process:
    """A program as its reader runs it. `position` makes a line to where it is in the log."""

    def __init__(self, command, folder, env, position):
        self.position, self.positions = position, []
        env = {**os.environ, **env}
        # With all that it starts.
        self.process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.positions.append(self.position(line))

    def until(self, reached, what):
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < deadline and self.process.poll() is None, what() if callable(what) else what
            time.sleep(0.05)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def of_line(line):
    return int(json.loads(line)["position"])


def survives_half_way(name, command, expected):
    folder = os.path.join(FOLDER, name)
    os.makedirs(folder)
    first = Process(command, folder, {}, of_line)
    first.until(lambda: len(first.positions) >= len(expected) // 3, f"{name}: a third is taken")
    first.kill()
    second = Process(command, folder, {}, of_line)
    # Not the last one: events of different accounts may be taken side by side.
    lost = lambda: set(expected).difference(first.positions, second.positions)
    second.until(lambda: not lost(), lambda: f"{name}: not taken: {sorted(lost())[:9]} of {len(lost())}")
    second.kill()
    taken = set(first.positions) | set(second.positions)
    # What came since is no fault of the program.
    foreign = sorted({position for position in taken if position <= expected[-1]} - set(expected))
    assert not foreign, f"{name}: foreign {foreign[:9]} of {len(foreign)}"
    again = len(first.positions) + len(second.positions) - len(expected)
    assert again <= 200, f"{name}: {again} came again"


def survives(address, all_events):
    command = [sys.executable, "-u", "-c", documented("python")]

    def start():
        return Process(command, FOLDER, {"NATS_URL": address}, lambda line: int(line.split()[1]))

    first = start()
    first.until(lambda: len(first.positions) >= all_events // 3, "a third is taken")
    first.kill()
    floor = int(shown("search")["position"])
    assert floor > 0, "acknowledgements move the floor"
    second = start()
    second.until(lambda: shown("search")["lagEvents"] == 0, "the rest is taken")
    second.kill()
    taken = set(first.positions) | set(second.positions)
    assert len(taken) == all_events, (len(taken), all_events)
    assert min(second.positions) > floor, "what was acknowledged does not come again"


def log(*types):
    headers = {"Authorization": "Bearer " + os.environ["TOKEN"]}
    after, positions = "0", []
    only = "".join(f"&types={one}" for one in types)
    while True:
        request = urllib.request.Request(f"{os.environ['API']}/v1/events?after={after}&limit=1000{only}", headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            lines, reached = answer.read().splitlines(), answer.headers["Data-Position"]
        positions.extend(map(of_line, lines))
        if not lines and reached == after:
            return positions
        after = reached


def commands():
    """The commands for each event, with `cat`, which the page names, in the place of somebody's search index."""
    consume, others = documented_with("events consume").split("\nrookery events durables list", 1)
    consume = re.sub(r"--exec '[^']*'.*", "--exec cat", consume)
    types = re.search(r"--types (\S+)", consume)[1].split(",")
    all_events = log(*types)
    assert len(all_events) > COMMANDS, len(all_events)
    before, expected = all_events[-COMMANDS - 1], all_events[-COMMANDS:]
    path = os.path.dirname(PROGRAM) + os.pathsep + os.environ["PATH"]
    survives_half_way("command", ["env", f"PATH={path}", "sh", "-c", f"{consume} --after {before}"], expected)
    rest = "rookery events durables list" + others
    done = subprocess.run(["sh", "-ec", rest], env={**os.environ, "PATH": path}, capture_output=True, text=True,
                          timeout=PATIENCE)
    assert done.returncode == 0 and "0 tried again" in done.stdout, done.stdout + done.stderr


async def is_refused(what, attempt):
    try:
        got = await attempt
    except Exception as refused:  # nats-py has an exception for each kind of refusal and silence.
        return print(f"refused: {what} ({type(refused).__name__})")
    raise AssertionError(f"{what}: {got}")


async def ignore(_):
    """Violations of permissions, which come beside the answers."""


async def nothing_else(address):
    broker = await nats.connect(address, error_cb=ignore)
    stream = broker.jetstream(timeout=0.5)
    other = await stream.pull_subscribe_bind(durable="other", stream="EVENTS_0")
    await is_refused("publish", stream.publish("ev.0.outbox.1", b"{}"))
    await is_refused("purge", stream.purge_stream("EVENTS_0"))
    await is_refused("delete the log", stream.delete_stream("EVENTS_0"))
    await is_refused("state of the log", stream.stream_info("EVENTS_0"))
    await is_refused("read the log", stream.get_msg("EVENTS_0", 1))
    await is_refused("a bucket", stream.key_value("CREDENTIALS_0"))
    await is_refused("make a bucket", stream.create_key_value(bucket="mine"))
    await is_refused("fetch another's", other.fetch(1, timeout=0.5))
    await is_refused("ask about another's", stream.consumer_info("EVENTS_0", "other"))
    await is_refused("delete another's", stream.delete_consumer("EVENTS_0", "other"))
    await is_refused("delete its own", stream.delete_consumer("EVENTS_0", "search"))
    await is_refused("make one", stream.add_consumer("EVENTS_0", ConsumerConfig(durable_name="mine")))
    await is_refused("acknowledge another's", broker.request("$JS.ACK.EVENTS_0.other.1.1.1.1.0", b"", timeout=0.5))
    info = await stream.consumer_info("EVENTS_0", "search")
    assert info.num_pending == 0 and info.ack_floor.stream_seq > 0, info
    await broker.close()


expected = log()
survives_half_way("shell", ["sh", "-c", documented_with("while")], expected)
survives_half_way("javascript", ["node", "-e", documented("js")], expected)
commands()

address = rookery("consumers", "add", "search", "--types", "rookery.message.posted.v1")
rookery("consumers", "add", "other", "--types", "rookery.message.posted.v1")
all_events = shown("search")["lagEvents"]
assert all_events > 30, all_events
survives(address, all_events)
before = shown("other")
asyncio.run(nothing_else(address))
after = shown("other")
assert after["lagEvents"] == before["lagEvents"] == all_events, after
assert after["position"] == "0", after
print(all_events, "events")
