// How the browser tests run. `cargo xtask test` (or `cargo xtask e2e`) builds the release first and
// sets LATCHKEY_BIN to it and LATCHKEY_CHROMIUM to this machine's browser.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "specs",
  // A test that passes on the second try has found something: there is no second try.
  retries: 0,
  // Each test has a server of its own, so they can run beside each other.
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  // Long enough for a machine that is busy: how fast it is decides no test.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: process.env.CI ? "line" : "list",
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    {
      name: "chromium",
      use: {
        browserName: "chromium",
        permissions: ["clipboard-read", "clipboard-write"],
        launchOptions: {
          // Unset: Playwright's own browser, where it could be downloaded.
          executablePath: process.env.LATCHKEY_CHROMIUM || undefined,
          // Root has no sandbox, and the browser must not talk to anybody but the test's server.
          args: [
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
          ],
        },
      },
    },
  ],
});
