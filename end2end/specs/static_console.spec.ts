/** The console on a static host of the same site, the service elsewhere: only where the operator said so. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { CREDENTIALS } from "../fixtures/app.ts";
import { CHANGE_LOG } from "../fixtures/change_log.ts";
import { UNAUTHENTICATED } from "../fixtures/harvest.ts";
import { EMAIL, PASSWORD } from "../fixtures/people.ts";
import { startDemo } from "../fixtures/server.ts";
import { apiOrigin, startStaticHost, type StaticHost } from "../fixtures/static_host.ts";
import { expect, test as base } from "../fixtures/test.ts";
import type { Watch } from "../fixtures/watch.ts";

const NAME = "JobTarget Harvest API Key";

const test = base.extend<{ listed: boolean; host: StaticHost }>({
  /** Whether the service was told of the console's address. */
  listed: [true, { option: true }],

  host: async ({}, use) => {
    const host = await startStaticHost();
    await use(host);
    await host.stop();
  },

  server: async ({ host, listed }, use) => {
    const server = await startDemo(listed ? ["--console-origin", host.origin] : []);
    host.apiBase = apiOrigin(server.origin);
    await use(server);
    await server.stop();
    expect(server.log(), "the server's log").not.toMatch(/\bERROR\b|panicked/);
  },

  baseURL: async ({ host, server }, use) => {
    expect(host.apiBase).toContain(new URL(server.origin).port);
    await use(host.origin);
  },
});

test("the console works from another address of the same site", async ({
  page,
  app,
  host,
  harvest,
  watch,
}) => {
  await page.goto(`${CREDENTIALS}?q=target`);
  await app.signIn.as("ada");
  await expect(app.heading).toHaveText("API Credentials");
  await expect(page).toHaveURL(`${host.origin}${CREDENTIALS}?q=target`);
  // The session is the service's, not the static host's, and no script has it.
  const [session] = await page.context().cookies(host.apiBase);
  expect(session).toMatchObject({
    domain: "api.acme.localhost",
    httpOnly: true,
    sameSite: "Strict",
  });
  expect(await page.context().cookies(host.origin)).toEqual([]);

  await app.list.createNew.click();
  await app.create.fill("JobTarget", NAME);
  await app.create.managePermissions.click();
  const key = await app.store.key.inputValue();
  await app.store.stored.click();
  await expect(app.heading).toHaveText(NAME);
  // The key is for the service, not for whoever serves the page.
  const curl = app.credential.usage.getByLabel("First call", { exact: true });
  await expect(curl).toHaveValue(`curl -u "$API_KEY:" ${host.apiBase}/v1/job_posts`);
  await app.credential.permission("Jobs", "GET: List Jobs").uncheck();
  await app.credential.save.click();
  await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
  expect(await harvest.status(key, "/v1/jobs")).toBe(403);
  expect(await harvest.status(key, "/v1/job_posts")).toBe(200);
  await app.credential.button("Revoke").click();
  await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
  await expect(app.credential.button("Re-enable")).toBeVisible();
  expect(await harvest.get(key, "/v1/job_posts")).toEqual(UNAUTHENTICATED);

  await page.goto(`${CHANGE_LOG}?what=credential`);
  await expect(app.changeLog.entries).toHaveCount(4);
  // To the browser, what becomes a file is a page that was never reached.
  watch.expectFailure({ status: "none", path: "/api/change_log/export" });
  const coming = page.waitForEvent("download");
  await app.changeLog.exported("CSV").click();
  const file = await readFile(await (await coming).path(), "utf8");
  expect(file.trimEnd().split("\n")).toHaveLength(1 + 4);
  await expect(app.heading).toHaveText("Change Log");

  await app.signOut();
  await expect(app.heading).toHaveText("Sign in");
  await page.reload();
  await expect(app.heading).toHaveText("Sign in");
});

test("a link that is handed over leads to the console, wherever that is", async ({ page, app, host }) => {
  await page.goto("/configure/users");
  await app.signIn.as("ada");
  await app.users.add.click();
  await app.addUser.fill("Dora Nowak", "dora@example.com");
  await app.addUser.submit.click();
  await expect(app.link.link).toHaveValue(new RegExp(`^${host.origin}/choose_password#`));
  const link = await app.link.link.inputValue();
  await app.link.done.click();
  await page.goto(link);
  await app.choose.password.fill("violet tram ninety otters");
  await app.choose.submit.click();
  await expect(app.accountMenu).toHaveText("Account: Dora");
});

test.describe("an address the service was not told of", () => {
  test.use({ listed: false });

  test("reads nothing", async ({ page, app, watch }) => {
    watch.expectFailure({ status: "none", path: "/api/session", times: 2 });
    await page.goto("/");
    await expect(app.failure).toContainText("Latchkey did not answer.");
    await app.failure.getByRole("button", { name: "Retry" }).click();
    await expect(app.failure).toContainText("Latchkey did not answer.");
  });

  test("changes nothing, even for somebody who is signed in at the service", async ({
    page,
    app,
    host,
    elsewhere,
    watch,
  }) => {
    const { credential } = await elsewhere.create(NAME);
    await page.goto(`${host.apiBase}/`);
    await app.signIn.as("ada");
    await expect(app.heading).toHaveText("Dev Center");

    // A page of another address of the same site: the browser sends ada's session with what it asks.
    watch.expectFailure({ status: "none", path: "/api/session" });
    await page.goto("/");
    await expect(app.failure).toBeVisible();
    const path = `/api/credentials/${credential.id}/revoke`;
    expectRefused(watch, path);
    const cookies = await watchCookies(page);
    await post(page, host.apiBase + path);
    await expect.poll(() => cookies.join()).toContain("latchkey_session=");
    expect((await elsewhere.credential(NAME)).status).toBe("active");

    // Nor can it sign anybody in.
    expectRefused(watch, "/api/session");
    const ben = { email: EMAIL.ben, password: PASSWORD };
    await post(page, `${host.apiBase}/api/session`, JSON.stringify(ben));
    await page.goto(`${host.apiBase}/`);
    await expect(app.accountMenu).toHaveText("Account: Ada");
  });
});

/** Refused by the service, and then kept from the page by the browser. */
function expectRefused(watch: Watch, path: string): void {
  watch.expectFailure({ status: 403, path });
  watch.expectFailure({ status: "none", path });
}

/** What any page can send without being allowed to: it never sees the answer. */
async function post(page: Page, address: string, body?: string): Promise<void> {
  const send = ([address, body]: [string, string | undefined]) =>
    fetch(address, { method: "POST", mode: "no-cors", credentials: "include", body }).then(
      ({ type }) => type,
    );
  expect(await page.evaluate(send, [address, body] as [string, string | undefined])).toBe("opaque");
}

/**
 * The cookies that the browser sends along from now on, request by request. Playwright's own headers leave
 * them out of a request whose answer is kept from the page.
 */
async function watchCookies(page: Page): Promise<string[]> {
  const sent: string[] = [];
  const browser = await page.context().newCDPSession(page);
  browser.on("Network.requestWillBeSentExtraInfo", ({ headers }) => {
    sent.push(headers["Cookie"] ?? headers["cookie"] ?? "");
  });
  await browser.send("Network.enable");
  return sent;
}
