import { join } from "node:path";

/** A port on which nobody listens: what OpenCode tries to fetch there fails at once. */
const nowhere = "http://127.0.0.1:9";

/**
 * What OpenCode and git get as their environment: everything they write stays below `home`, nothing is taken from the
 * user's own configuration, and nothing is fetched.
 */
export function environment(home: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    LANG: "C.UTF-8",
    TZ: "UTC",
    SHELL: "/bin/bash",
    TERM: "dumb",
    HOME: home,
    OPENCODE_TEST_HOME: home,
    XDG_DATA_HOME: join(home, "data"),
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_CACHE_HOME: join(home, "cache"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_CLAUDE_CODE: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    npm_config_registry: nowhere,
    BUN_CONFIG_REGISTRY: nowhere,
  };
}

/** OpenCode's configuration: one provider, whose large model answers prompts and whose small one gives titles. */
export function configuration(modelUrl: string = `${nowhere}/v1`): unknown {
  const model = (name: string) => ({
    name,
    reasoning: true,
    tool_call: true,
    limit: { context: 200_000, output: 8_192 },
    cost: { input: 3, output: 15 },
  });
  return {
    autoupdate: false,
    share: "disabled",
    lsp: false,
    formatter: false,
    enabled_providers: ["scripted"],
    model: "scripted/large",
    small_model: "scripted/small",
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: modelUrl, apiKey: "none" },
        models: { large: model("Large"), small: model("Small") },
      },
    },
    compaction: { auto: false, prune: false },
    permission: { edit: "allow", bash: "allow", webfetch: "deny" },
  };
}
