// The TypeScript SDKs over one door: node sdk.mjs <1 or 2> <http or sse> <url> <token>. Prints what they saw, as JSON.
const [, , generation, door, url, token] = process.argv;
const requestInit = { headers: { Authorization: `Bearer ${token}` } };
const target = new URL(url);

async function first() {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const http = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  const sse = await import("@modelcontextprotocol/sdk/client/sse.js");
  const Transport = door === "sse" ? sse.SSEClientTransport : http.StreamableHTTPClientTransport;
  const eventSourceInit = { fetch: (at, init) => fetch(at, { ...init, headers: { ...init.headers, ...requestInit.headers } }) };
  return [new Client({ name: "ts", version: "1" }), new Transport(target, { requestInit, eventSourceInit })];
}

async function second() {
  const { Client, StreamableHTTPClientTransport, SSEClientTransport } = await import("@modelcontextprotocol/client");
  const Transport = door === "sse" ? SSEClientTransport : StreamableHTTPClientTransport;
  const options = door === "sse" ? {} : { versionNegotiation: { mode: "auto" } };
  return [new Client({ name: "ts", version: "2" }, options), new Transport(target, { requestInit })];
}

const [client, transport] = await (generation === "1" ? first() : second());
await client.connect(transport);
const tools = (await client.listTools()).tools.map((tool) => tool.name);
const made = await client.callTool({ name: "create_note", arguments: { title: "from ts", text: "x" } });
const id = made.structuredContent.id;
const read = await client.readResource({ uri: `spote://note/${id}` });
const prompts = (await client.listPrompts()).prompts.map((prompt) => prompt.name);
console.log(JSON.stringify({ tools, id, text: read.contents[0].text, prompts }));
await client.close();
process.exit(0);
