// Reads the whole log over HTTP, and has the CloudEvents SDK decode and validate each event.
// Prints how many there were, and the last position.

const { HTTP } = require("cloudevents");

const [url, token] = [process.argv[2], process.env.TOKEN];
const headers = { Authorization: `Bearer ${token}` };

async function main() {
  let [after, count] = ["0", 0];
  for (;;) {
    const answer = await fetch(`${url}/v1/events?after=${after}&limit=1000`, { headers });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    const lines = (await answer.text()).split("\n").filter((line) => line !== "");
    for (const body of lines) {
      const event = HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body });
      if (event.validate() !== true) throw new Error(`not valid: ${body}`);
      if (!(BigInt(event.position) > BigInt(after))) throw new Error(`not behind ${after}: ${body}`);
      after = event.position;
      count += 1;
    }
    const next = answer.headers.get("Data-Position");
    if (lines.length === 0 && next === after) break;
    after = next;
  }
  console.log(`${count} ${after}`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
