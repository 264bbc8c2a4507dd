/** What a key does: seen when it begins, shown beside what it may do, and asked about before it ends. */
import { CREDENTIALS } from "../fixtures/app.ts";
import { hold } from "../fixtures/network.ts";
import { expect, test } from "../fixtures/test.ts";

const NAME = "JobTarget Harvest API Key";
const USAGE = /\/usage$/;

test("the page offers a first call, and sees it when it comes", async ({
  page,
  app,
  harvest,
  watch,
}) => {
  await app.open("/configure/dev_center");
  await app.walkToCredentials();
  await app.list.createNew.click();
  await app.create.fill("JobTarget", NAME);
  await app.create.managePermissions.click();
  const key = await app.store.key.inputValue();
  await app.store.stored.click();
  await expect(app.heading).toHaveText(NAME);

  const usage = app.credential.usage;
  const curl = usage.getByLabel("First call", { exact: true });
  await expect(curl).toHaveValue(/^curl -u "\$API_KEY:" http:\/\/127\.0\.0\.1:\d+\/v1\/job_posts$/);
  expect(await page.content()).not.toContain(key);
  await expect(usage.getByText("Waiting for the first call")).toBeVisible();
  // A refused call is none, and is shown.
  expect(await harvest.status(key, "/v1/users")).toBe(403);
  await expect(usage.getByText("No call with this API key was allowed yet.")).toBeVisible();
  await expect(usage.getByRole("button", { name: "Grant GET: List Users" })).toBeVisible();
  await expect(usage.getByText("Waiting for the first call")).toBeVisible();
  await usage.getByRole("button", { name: "Copy" }).press("Enter");
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
  await expect(usage.getByText("First call seen")).toBeVisible();
  // The button has gone; who pressed it is still at the same place.
  await expect(usage.getByRole("heading", { name: "Usage" })).toBeFocused();
  // Everything on the page knows of it.
  await expect(usage.getByText(/^Last call .* from 127\.0\.0\.1$/)).toBeVisible();
  await expect(usage.getByText("1 call in 90 days, a bar a day")).toBeVisible();
  await expect(usage.getByRole("row", { name: "GET: List Jobs 1 1" })).toBeVisible();
  const about = page.getByRole("region", { name: "About this credential" });
  await expect(about).toContainText("from 127.0.0.1");
  await expect(page.getByText("This API key is in use")).toBeVisible();
  await expect(app.credential.permissions.getByText("1 call in 90 days")).toHaveCount(1);
  await expect.poll(() => watch.announced).toContain("First call seen");
});

test("who has left the page is not told of the first call", async ({
  page,
  app,
  harvest,
  elsewhere,
  watch,
}) => {
  const { credential, api_key: key } = await elsewhere.create(NAME);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await expect(app.credential.usage.getByText("Waiting for the first call")).toBeVisible();

  await page.waitForResponse(USAGE);
  const letGo = await hold(page, USAGE);
  await page.waitForRequest(USAGE);
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
  await page.getByRole("link", { name: "API Credentials" }).click();
  await expect(app.list.name(NAME)).toBeVisible();
  const answer = page.waitForResponse(USAGE);
  letGo();
  await (await answer).finished();
  // What is said of a later list is said after it.
  await page.getByLabel("Filter by description").fill(NAME);
  await expect.poll(() => watch.announced).toContain("1 API key");
  expect(watch.announced).not.toContain("First call seen");
});

test("what a key tried without being allowed is shown, and can be granted", async ({
  page,
  app,
  harvest,
  elsewhere,
}) => {
  const { credential, api_key: key } = await elsewhere.create(NAME);
  for (let call = 0; call < 3; call += 1) await harvest.status(key, "/v1/jobs");
  expect(await harvest.get(key, "/v1/users")).toMatchObject({ status: 403 });
  await elsewhere.waitForUsage(credential.id, 4);
  await app.open(`${CREDENTIALS}/${credential.id}`);

  const usage = app.credential.usage;
  await expect(usage).toMatchAriaSnapshot(`
    - region "Usage":
      - heading "Usage" [level=2]
      - paragraph:
        - text: Last call
        - time
        - text: from
        - code: 127.0.0.1
      - figure "3 calls in 90 days, a bar a day"
      - table:
        - rowgroup:
          - row "Endpoint 24 hours 7 days"
        - rowgroup:
          - 'row "GET: List Jobs 3 3"'
      - table:
        - rowgroup:
          - row "Address 24 hours 7 days"
        - rowgroup:
          - row "127.0.0.1 3 3"
      - heading "Tried, not granted" [level=3]
      - list:
        - listitem:
          - text: GET List Users
          - code: /v1/users
          - paragraph: /1 call in 90 days, the last/
          - 'button "Grant GET: List Users"': Grant
  `);
  await usage.getByRole("button", { name: "Grant GET: List Users" }).press("Enter");
  await expect(usage.getByRole("heading", { name: "Usage" })).toBeFocused();
  await expect(usage.getByText("Selected: Save grants it")).toBeVisible();
  await expect(app.credential.permission("Users", "GET: List Users")).toBeChecked();
  expect(await harvest.status(key, "/v1/users")).toBe(403);
  await app.credential.save.click();
  await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
  expect(await harvest.status(key, "/v1/users")).toBe(200);
  await expect(usage.getByText("Tried, not granted")).toBeHidden();
});

test("a key keeps only what it uses, after a question that shows what goes", async ({
  page,
  app,
  harvest,
  elsewhere,
}) => {
  const { credential, api_key: key } = await elsewhere.create(NAME);
  await harvest.status(key, "/v1/jobs");
  await harvest.status(key, "/v1/job_posts");
  await elsewhere.waitForUsage(credential.id, 2);
  await app.open(`${CREDENTIALS}/${credential.id}`);

  const main = page.getByRole("main");
  const { permissions } = app.credential;
  await expect(permissions.getByText("1 call in 90 days")).toHaveCount(2);
  await expect(permissions.getByText("Never used")).toHaveCount(4);
  const trim = app.credential.button("Keep only what was used in 90 days");
  await trim.click();
  await expect(main.getByText("+0 −4 unsaved")).toBeVisible();
  await expect(trim).toBeHidden();
  await app.credential.permission("Job Posts", "GET: List Job Posts").uncheck();
  await app.credential.save.click();

  const question = app.dialog("Take 5 permissions away?");
  await expect(question).toContainText("Job Posts: GET: List Job Posts");
  await expect(question).toContainText("Jobs: GET: Retrieve Job");
  await expect(question.getByText(/^Last call .* from 127\.0\.0\.1$/)).toBeVisible();
  await expect(question.getByRole("row", { name: "GET: List Job Posts 1 1" })).toBeVisible();
  await expect(question.getByRole("row", { name: "GET: List Jobs" })).toHaveCount(0);
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(main.getByText("+0 −5 unsaved")).toBeVisible();
  expect(await harvest.status(key, "/v1/job_posts")).toBe(200);

  await app.credential.save.click();
  await question.getByRole("button", { name: "OK" }).click();
  await expect(question).toBeHidden();
  await expect(main.getByText("Everything is saved")).toBeVisible();
  expect(await harvest.status(key, "/v1/job_posts")).toBe(403);
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
});

test("before a key is revoked and re-enabled, its calls are shown", async ({
  app,
  harvest,
  elsewhere,
}) => {
  const { credential, api_key: key } = await elsewhere.create(NAME);
  await elsewhere.create("Never used");
  await harvest.status(key, "/v1/jobs");
  await elsewhere.waitForUsage(credential.id, 1);
  await app.open();
  await expect(await app.list.cell(NAME, "Last used")).toContainText("from 127.0.0.1");

  await app.list.row(NAME).hover();
  await app.list.action("Revoke", NAME).click();
  const revoke = app.dialog(`Revoke “${NAME}”?`);
  await expect(revoke.getByText(/^Last call .* from 127\.0\.0\.1$/)).toBeVisible();
  await expect(revoke.getByRole("row", { name: "GET: List Jobs 1 1" })).toBeVisible();
  await expect(revoke.getByRole("row", { name: "127.0.0.1 1 1" })).toBeVisible();
  await revoke.getByRole("button", { name: "OK" }).click();
  await expect(revoke).toBeHidden();

  await app.list.action("Re-enable", NAME).click();
  const reEnable = app.dialog(`Re-enable “${NAME}”?`);
  await expect(reEnable.getByRole("row", { name: "GET: List Jobs 1 1" })).toBeVisible();
  await reEnable.getByRole("button", { name: "Cancel" }).click();

  await app.list.row("Never used").hover();
  await app.list.action("Revoke", "Never used").click();
  await expect(app.dialog("Revoke “Never used”?").getByText("Never used.")).toBeVisible();
});
