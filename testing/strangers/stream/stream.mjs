// Follows a stream with the package `eventsource`, which is cut off twenty times while messages are posted, edited and deleted:
// every change comes, in order, and none twice. Arguments: the URL of a system, a token, and the folder in which the package is.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [url, token, modules] = process.argv.slice(2);
const path = createRequire(modules + "/").resolve("eventsource");
const { EventSource } = await import(pathToFileURL(path));

const CUTS = 20;
// Of commands, around each cut.
const ROUNDS_PER_CUT = 3;
const DEADLINE_MS = 40_000;
const TYPES = ["message.posted", "message.edited", "message.deleted"];

const seen = [];
const expected = [];
let cuts = 0;
let connection = new AbortController();

function fail(why) {
  console.error("stream:", why);
  process.exit(1);
}
setTimeout(() => {
  const missed = expected.filter((event) => !seen.includes(event)).slice(0, 5);
  fail(`not finished: ${seen.length} of ${expected.length} after ${cuts} cuts, state ${source.readyState}; missed ${missed}`);
}, DEADLINE_MS).unref();

// A fetch with the token, and of an answer that can break off.
function withToken(input, init) {
  connection = new AbortController();
  const headers = { ...init.headers, Authorization: `Bearer ${token}` };
  return fetch(input, { ...init, headers, signal: AbortSignal.any([connection.signal, init.signal].filter(Boolean)) });
}

// What a client shows first comes from a list, and the stream goes on behind that.
const list = await fetch(`${url}/v1/messages?tag=strangers`, { headers: { Authorization: `Bearer ${token}` } });
let last = list.headers.get("Data-Position");
let source;
function open() {
  source = new EventSource(`${url}/v1/stream?tag=strangers&after=${last}`, { fetch: withToken });
  for (const type of TYPES) {
    source.addEventListener(type, (event) => {
      last = event.lastEventId;
      const data = JSON.parse(event.data);
      if (type === "message.deleted" ? data.position !== last : !data.id) fail(`${type}: ${event.data}`);
      seen.push(`${last} ${type}`);
    });
  }
  source.addEventListener("error", (error) => {
    if (source.readyState === EventSource.CLOSED && error.code !== undefined) fail(`refused with ${error.code}`);
  });
  return new Promise((resolve) => source.addEventListener("open", resolve, { once: true }));
}

async function command(method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "If-Match": "*" };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) fail(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return { position: answer.headers.get("Event-Position"), location: answer.headers.get("Location") };
}

// Gives the round when its message is posted; the rest of it goes on.
async function begin(round) {
  const posted = await command("POST", "/v1/messages", { text: `Round ${round}`, tags: ["strangers"] });
  expected.push(`${posted.position} message.posted`);
  return { rest: finish(round, posted) };
}

async function finish(round, posted) {
  if (round % 2 === 0) {
    const edited = await command("PATCH", posted.location, { text: `Round ${round}, corrected` });
    expected.push(`${edited.position} message.edited`);
  }
  if (round % 3 === 0) {
    const deleted = await command("DELETE", posted.location);
    expected.push(`${deleted.position} message.deleted`);
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Every fourth answer breaks off, and the client comes again by itself after the time that the stream named. The others are
// closed and opened anew behind the last event that was seen.
async function cut() {
  if (cuts % 4 === 3) {
    connection.abort(new TypeError("cut"));
    await new Promise((resolve) => source.addEventListener("open", resolve, { once: true }));
  } else {
    source.close();
    await open();
  }
}

await open();
for (; cuts < CUTS; cuts += 1) {
  for (let number = 0; number < ROUNDS_PER_CUT; number += 1) {
    const round = await begin(cuts * ROUNDS_PER_CUT + number);
    // The message was posted just now, and what is done to it is under way.
    await Promise.all([round.rest, number === 1 && cut()]);
  }
}
while (seen.length < expected.length) await pause(50);
await pause(300);
source.close();
const differs = seen.findIndex((event, at) => event !== expected[at]);
if (seen.length !== expected.length || differs >= 0) fail(`at ${differs}: ${seen[differs]}, expected ${expected[differs]}`);

// What is sent was visible already, and a page can read it from another origin by the same means.
const shown = await fetch(`${url}/v1/messages?tag=strangers`, {
  headers: { Authorization: `Bearer ${token}`, "Await-Position": last, Prefer: "wait=0" },
});
if (!shown.ok) fail(`what was sent is not visible: ${shown.status}`);
const waited = await fetch(`${url}/v1/messages`, {
  method: "POST",
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", Prefer: "wait=10" },
  body: JSON.stringify({ text: "Seen at once" }),
});
if (waited.status !== 201 || waited.headers.get("Preference-Applied") !== "wait=10") fail("the command did not wait");
console.log(`stream: ${seen.length} events over ${cuts} cuts; none missed, none twice`);
