/** “Create a new Harvest API key”, as the help article tells it. */
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures/test.ts";

const JOBTARGET = {
  "Job Openings": ["GET: List Openings For a Job"],
  "Job Posts": [
    "GET: List Job Posts",
    "GET: List Job Posts for Job",
    "GET: Retrieve Job Post for Job",
  ],
  Jobs: ["GET: List Jobs", "GET: Retrieve Job"],
};

test("a Harvest key is created, stored, given its permissions, and works", async ({
  page,
  app,
  harvest,
}) => {
  await page.goto("/");
  await app.signIn.as("ada");
  await expect(app.heading).toHaveText("Dev Center");

  await app.walkToCredentials();
  await expect(app.heading).toHaveText("API Credentials");
  await app.list.createNew.click();
  await expect(app.create.apiType).toHaveValue("harvest");
  await app.create.fill("JobTarget", "JobTarget Harvest API Key");
  await expect(app.create.dialog).toContainText("Gets the 6 permissions JobTarget asks for");
  await app.create.managePermissions.click();

  await expect(app.store.dialog).toContainText("You will not be able to see it again.");
  const key = await app.store.key.inputValue();
  expect(key).toMatch(/^lkh_[0-9A-Za-z]{36}$/);
  await app.store.copy.click();
  await expect(app.store.copy).toHaveText("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);

  // From here on the key is nowhere: not in the page, not in an answer, not in storage.
  const answers: Promise<string>[] = [];
  page.on("response", (response) => answers.push(response.text().catch(() => "")));
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
  await app.store.stored.click();

  await expect(app.heading).toHaveText("JobTarget Harvest API Key");
  await expect(page).toHaveURL(/\/configure\/dev_center\/credentials\/[a-z0-9_]+$/i);
  expect(await app.credential.checked()).toEqual(JOBTARGET);
  await expect(app.credential.permissions).toContainText("6 of 136");
  await app.credential.save.click();
  await expect(page.getByText("Everything is saved").first()).toBeVisible();
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);

  await app.credential.onlySelected.check();
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - paragraph:
        - link "API Credentials"
      - heading "JobTarget Harvest API Key" [level=1]
      - region "About this credential":
        - term: Partner
        - definition: JobTarget
        - term: API type
        - definition: Harvest
        - term: API key
        - definition: /^…\\w{4}$/
        - term: Status
        - definition: Active
        - term: Created
        - definition
        - term: Last used
        - definition
        - button "Replace"
        - button "Revoke"
      - textbox "Description": JobTarget Harvest API Key
      - region "Manage permissions":
        - heading "Manage permissions" [level=2]
        - text: 6 of 136
        - searchbox "Search permissions"
        - button "Select all"
        - button "Select none"
        - button "What JobTarget asks for"
        - checkbox "Only selected" [checked]
        - group "Job Openings":
          - checkbox "All in Job Openings" [checked=mixed]
          - text: 1 of 5
          - 'checkbox "GET: List Openings For a Job" [checked]'
          - text: GET List Openings For a Job ◆ JobTarget
          - code: "/v1/jobs/{job_id}/openings"
        - group "Job Posts":
          - checkbox "All in Job Posts" [checked=mixed]
          - text: 3 of 7
          - 'checkbox "GET: List Job Posts" [checked]'
          - text: GET List Job Posts ◆ JobTarget
          - code: /v1/job_posts
          - 'checkbox "GET: List Job Posts for Job" [checked]'
          - text: GET List Job Posts for Job ◆ JobTarget
          - code: "/v1/jobs/{id}/job_posts"
          - 'checkbox "GET: Retrieve Job Post for Job" [checked]'
          - text: GET Retrieve Job Post for Job ◆ JobTarget
          - code: "/v1/jobs/{id}/job_post"
        - group "Jobs":
          - checkbox "All in Jobs" [checked=mixed]
          - text: 2 of 8
          - 'checkbox "GET: List Jobs" [checked]'
          - text: GET List Jobs ◆ JobTarget
          - code: /v1/jobs
          - 'checkbox "GET: Retrieve Job" [checked]'
          - text: GET Retrieve Job ◆ JobTarget
          - code: "/v1/jobs/{id}"
      - text: Everything is saved
      - button "Save"
  `);

  const secret = key.slice(4);
  expect(await everythingIn(page)).not.toContain(secret);
  await page.reload();
  await expect(app.heading).toHaveText("JobTarget Harvest API Key");
  expect(await everythingIn(page)).not.toContain(secret);
  await page.getByRole("main").getByRole("link", { name: "API Credentials" }).click();
  await expect(await app.list.cell("JobTarget Harvest API Key", "Key")).toHaveText(
    `…${key.slice(-4)}`,
  );
  expect(await everythingIn(page)).not.toContain(secret);
  await page.goBack();
  await expect(app.heading).toHaveText("JobTarget Harvest API Key");
  expect(await everythingIn(page)).not.toContain(secret);
  expect((await Promise.all(answers)).join("\n")).not.toContain(secret);
  expect(sent.join("\n")).not.toContain(secret);
});

test("an unlisted vendor's key starts with no permission and may call nothing", async ({
  page,
  app,
  harvest,
}) => {
  await app.open();
  await app.list.createNew.click();
  await app.create.partner.fill("unlisted");
  await app.create.partner.press("ArrowDown");
  await app.create.partner.press("Enter");
  await expect(app.create.partner).toHaveValue("Unlisted vendor");
  await expect(app.create.dialog).toContainText("Permissions start empty");
  await app.create.description.fill("HRIS Link integration key");
  await app.create.managePermissions.click();
  const key = await app.store.key.inputValue();
  await app.store.stored.click();

  await expect(app.credential.permissions).toContainText("0 of 136");
  expect(await harvest.status(key, "/v1/jobs")).toBe(403);
  await app.credential.permission("Jobs", "GET: List Jobs").check();
  await expect(page.getByText("+1 −0 unsaved")).toBeVisible();
  await app.credential.save.click();
  await expect(page.getByText("Permissions saved")).toBeAttached();
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
  expect(await harvest.status(key, "/v1/job_posts")).toBe(403);
});

test("closing the dialog by mistake keeps what was typed", async ({ page, app }) => {
  await app.open();
  await app.list.createNew.click();
  await app.create.fill("JobTarget", "A key");
  await page.keyboard.press("Escape");
  await expect(app.create.dialog).toBeHidden();
  await app.list.createNew.click();
  await expect(app.create.partner).toHaveValue("JobTarget");
  await expect(app.create.description).toHaveValue("A key");
  await app.create.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(app.list.createNew).toBeFocused();
});

/** All that a person, a script or the next user of this browser could read. */
function everythingIn(page: Page): Promise<string> {
  return page.evaluate(() =>
    JSON.stringify([
      document.documentElement.outerHTML,
      [...document.querySelectorAll("input, textarea")].map(
        (field) => (field as HTMLInputElement).value,
      ),
      location.href,
      history.state,
      document.cookie,
      { ...localStorage },
      { ...sessionStorage },
    ]),
  );
}
