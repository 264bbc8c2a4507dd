/** The watch over the page sees what it is there for. Without this, silence would prove nothing. */
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures/test.ts";

const SEEN: Record<string, { happens: (page: Page) => Promise<unknown>; as: string }> = {
  "an error in the console": {
    happens: (page) => page.evaluate(() => console.error("something is wrong")),
    as: "console error: something is wrong",
  },
  "a warning in the console": {
    happens: (page) => page.evaluate(() => console.warn("something is odd")),
    as: "console warning: something is odd",
  },
  "an uncaught exception": {
    happens: (page) =>
      page.evaluate(() => void setTimeout(() => Promise.reject(new Error("lost")))),
    as: "uncaught Error: lost",
  },
  "a panic": {
    happens: (page) =>
      page.evaluate(() => dispatchEvent(new CustomEvent("latchkey-panic", { detail: "no" }))),
    as: "panic: no",
  },
  "a violation of the content-security policy": {
    happens: (page) => page.evaluate(() => document.body.setAttribute("style", "color: red")),
    as: "policy: style-src-attr blocks inline",
  },
  "a refused request": {
    happens: (page) => page.evaluate(() => fetch("/api/credentials")),
    as: "/api/credentials: 401",
  },
};

for (const [name, { happens, as }] of Object.entries(SEEN)) {
  test(`the watch sees ${name}`, async ({ page, app, watch }) => {
    await page.goto("/");
    await expect(app.signIn.email).toBeVisible();
    expect(watch.take()).toEqual([]);
    await happens(page);
    const seen: string[] = [];
    await expect
      .poll(() => seen.push(...watch.take()) && seen.join("\n"), "what the watch has seen")
      .toContain(as);
    // The browser may say the same in its own words, a moment later.
    await page.goto("/");
    watch.take();
  });
}

test("the watch lets pass what was announced, and misses what does not come", async ({
  page,
  app,
  watch,
}) => {
  await page.goto("/");
  await expect(app.signIn.email).toBeVisible();
  watch.expectFailure({ status: 401, path: "/api/credentials" });
  await page.evaluate(() => fetch("/api/credentials"));
  await page.goto("/");
  expect(watch.take()).toEqual([]);
  watch.expectFailure({ status: 404, path: "/api/credentials" });
  expect(watch.take()).toEqual(["404 for /api/credentials: expected 1, seen 0"]);
});
