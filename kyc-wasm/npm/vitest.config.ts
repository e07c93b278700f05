import { defineConfig } from "vitest/config";

export default defineConfig({
  // One test asks the engine to collect garbage.
  test: { include: ["tests/**/*.test.ts"], testTimeout: 10_000, execArgv: ["--expose-gc"] },
});
