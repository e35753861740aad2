/** Ready to paste: how each tool is told of this server and a token. */

export interface Configuration {
  tool: string;
  /** Where it goes. */
  hint: string;
  text: (origin: string, token: string) => string;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

export const CONFIGURATIONS: Configuration[] = [
  {
    tool: "Claude Desktop",
    hint: "Settings → Developer → Edit Config, then restart it. It starts a small bridge with Node.",
    text: (origin, token) =>
      json({
        mcpServers: {
          spote: {
            command: "npx",
            // biome-ignore lint/suspicious/noTemplateCurlyInString: the bridge fills this in, as no space may stand in it
            args: ["-y", "mcp-remote", `${origin}/mcp`, "--header", "Authorization:${AUTH}"],
            env: { AUTH: `Bearer ${token}` },
          },
        },
      }),
  },
  {
    tool: "Claude Code",
    hint: "Run this in a terminal.",
    text: (origin, token) =>
      `claude mcp add --transport http spote ${origin}/mcp --header "Authorization: Bearer ${token}"`,
  },
  {
    tool: "Cursor",
    hint: "In .cursor/mcp.json of a project, or ~/.cursor/mcp.json for all.",
    text: (origin, token) =>
      json({ mcpServers: { spote: { url: `${origin}/mcp`, headers: bearer(token) } } }),
  },
  {
    tool: "Codex",
    hint: "In ~/.codex/config.toml; the token comes from the environment.",
    text: (origin, token) =>
      [
        "[mcp_servers.spote]",
        `url = "${origin}/mcp"`,
        'bearer_token_env_var = "SPOTE_TOKEN"',
        "",
        `# in your shell: export SPOTE_TOKEN=${token}`,
      ].join("\n"),
  },
  {
    tool: "curl",
    hint: "Run this in a terminal: it lists your newest notes.",
    text: (origin, token) => `curl ${origin}/api/notes -H "Authorization: Bearer ${token}"`,
  },
];
