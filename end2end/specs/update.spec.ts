/** “Update an existing Harvest API key”, as the help article tells it, and all that helps with it. */
import type { App } from "../fixtures/app.ts";
import { CREDENTIALS } from "../fixtures/app.ts";
import { hold } from "../fixtures/network.ts";
import type { Elsewhere } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";

const NAME = "JobTarget Harvest API Key";

/** The page of a credential with JobTarget's six permissions. */
async function openCredential(
  app: App,
  elsewhere: Elsewhere,
  how: { stored?: boolean } = {},
): Promise<{ key: string; id: string }> {
  const { credential, api_key } = await elsewhere.create(NAME, how);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await expect(app.heading).toHaveText(NAME);
  return { key: api_key, id: credential.id };
}

test("the description and the permissions of a key are edited", async ({
  page,
  app,
  harvest,
  elsewhere,
}) => {
  const { credential, api_key: key } = await elsewhere.create(NAME);
  await app.open("/");
  await app.walkToCredentials();
  const edit = app.list.action("Edit", NAME);
  await expect(edit).toHaveCSS("opacity", "0");
  await app.list.row(NAME).hover();
  await expect(edit).toHaveCSS("opacity", "1");
  await edit.click();

  const { credential: screen } = app;
  await expect(app.heading).toHaveText(NAME);
  const main = page.getByRole("main");
  await expect(main.getByText("Everything is saved")).toBeVisible();
  await app.credential.description.fill("JobTarget, spring campaign");
  await expect(main.getByText("Description unsaved")).toBeVisible();
  await screen.permission("Jobs", "GET: List Jobs").uncheck();
  await expect(main.getByText("+0 −1 unsaved")).toBeVisible();
  await screen.permission("Candidates", "GET: List Candidates").check();
  await screen.permission("Job Stages", "GET: List Job Stages").check();
  await expect(main.getByText("+2 −1 unsaved")).toBeVisible();
  // Nothing is granted or taken away before it is saved.
  expect((await elsewhere.credential(NAME)).permissions).toContain("jobs:list");
  expect(await harvest.status(key, "/v1/candidates")).toBe(403);

  await screen.save.click();
  await expect(main.getByText("Everything is saved")).toBeVisible();
  await expect(app.heading).toHaveText("JobTarget, spring campaign");
  expect(await harvest.status(key, "/v1/jobs")).toBe(403);
  expect(await harvest.status(key, "/v1/candidates")).toBe(501);

  await page.reload();
  await expect(app.heading).toHaveText("JobTarget, spring campaign");
  await expect(app.credential.permissions).toContainText("7 of 136");
  await expect(screen.permission("Jobs", "GET: List Jobs")).not.toBeChecked();
  const saved = await elsewhere.credential("JobTarget, spring campaign");
  expect(saved.id).toBe(credential.id);
  expect(saved.permissions).toHaveLength(7);
  await app.credential.onlySelected.check();
  await expect(main).toMatchAriaSnapshot(`
    - main:
      - heading "JobTarget, spring campaign" [level=1]
      - region "About this credential"
      - textbox "Description": JobTarget, spring campaign
      - region "Manage permissions":
        - text: 7 of 136
        - checkbox "Only selected" [checked]
        - group "Candidates":
          - 'checkbox "GET: List Candidates" [checked]'
          - text: GET List Candidates
        - group "Job Openings":
          - 'checkbox "GET: List Openings For a Job" [checked]'
          - text: GET List Openings For a Job ◆ JobTarget
        - group "Job Posts":
          - 'checkbox "GET: List Job Posts" [checked]'
          - 'checkbox "GET: List Job Posts for Job" [checked]'
          - 'checkbox "GET: Retrieve Job Post for Job" [checked]'
        - group "Job Stages":
          - text: 1 of 3
          - 'checkbox "GET: List Job Stages" [checked]'
        - group "Jobs":
          - text: 1 of 8
          - 'checkbox "GET: Retrieve Job" [checked]'
      - text: Everything is saved
      - button "Save"
  `);
});

test("what a colleague saved is shown after a step, and not undone by the next save", async ({
  page,
  app,
  elsewhere,
}) => {
  const { id } = await openCredential(app, elsewhere, { stored: false });
  await elsewhere.update(id, { description: "JobTarget, autumn", permissions: [] });

  const main = page.getByRole("main");
  await app.credential.button("I have stored the API Key").click();
  await expect(app.heading).toHaveText("JobTarget, autumn");
  await expect(main.getByText("Everything is saved")).toBeVisible();
  await expect(app.credential.description).toHaveValue("JobTarget, autumn");
  await expect(app.credential.permissions).toContainText("0 of 136");

  // Where it meets what was typed here, the page asks.
  await app.credential.description.fill("JobTarget, spring");
  await elsewhere.update(id, { description: "JobTarget, winter" });
  await app.credential.button("Revoke").click();
  await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
  const conflict = app.dialog(/./);
  await expect(conflict).toContainText("JobTarget, winter");
  await expect(conflict).toContainText("JobTarget, spring");
  await conflict.getByRole("button", { name: "Take theirs" }).click();
  await expect(app.heading).toHaveText("JobTarget, winter");
  await expect(main.getByText("Everything is saved")).toBeVisible();
  await expect(app.credential.button("Re-enable")).toBeVisible();
  await expect(app.credential.usage).toContainText("Never used.");
});

test("searching narrows what is shown and what the buttons choose", async ({
  page,
  app,
  elsewhere,
}) => {
  await openCredential(app, elsewhere);
  const { credential } = app;
  await expect(credential.permissions.getByRole("group")).not.toHaveCount(0);
  const groups = await credential.permissions.getByRole("group").count();
  await credential.search.fill("job stages");
  await expect(credential.permissions.getByRole("group")).toHaveCount(1);
  await credential.button("Select all").click();
  await expect(page.getByText("+3 −0 unsaved")).toBeVisible();
  await expect(credential.permissions).toContainText("9 of 136");

  // By path and by method too.
  await credential.search.fill("get /v1/job_posts");
  await expect(credential.permission("Job Posts", "GET: List Job Posts")).toBeVisible();
  await expect(credential.permission("Job Posts", "PATCH: Update Job Post")).toBeHidden();
  await credential.search.fill("nothing like this");
  await expect(page.getByText("No permission matches.")).toBeVisible();
  await credential.search.press("Enter");
  await expect(page.getByText("+3 −0 unsaved")).toBeVisible();

  await credential.search.fill("");
  await expect(credential.permissions.getByRole("group")).toHaveCount(groups);
  await credential.button("Select none").click();
  await expect(credential.permissions).toContainText("0 of 136");
  await expect(page.getByText("+0 −6 unsaved")).toBeVisible();
  await credential.button("Select all").click();
  await expect(credential.permissions).toContainText("136 of 136");
  await expect(page.getByText("+130 −0 unsaved")).toBeVisible();
  await credential.button("What JobTarget asks for").click();
  await expect(credential.permissions).toContainText("6 of 136");
  await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
});

test("a group's box says how much of it is chosen, and chooses all of it", async ({
  app,
  elsewhere,
}) => {
  await openCredential(app, elsewhere);
  const all = app.credential.allIn("Job Posts");
  const group = app.credential.group("Job Posts");
  await expect(group).toContainText("3 of 7");
  await expect(all).toBeChecked({ indeterminate: true });
  await all.check();
  await expect(group).toContainText("7 of 7");
  await expect(all).toBeChecked();
  await expect(all).not.toBeChecked({ indeterminate: true });
  await all.uncheck();
  await expect(group).toContainText("0 of 7");
  await expect(all).not.toBeChecked();
  await app.credential.permission("Job Posts", "GET: List Job Posts").check();
  await expect(all).toBeChecked({ indeterminate: true });
  await expect(group).toContainText("1 of 7");

  // With a search, the box chooses what is on screen and leaves the rest alone.
  await app.credential.search.fill("job posts patch");
  await all.click();
  await app.credential.search.fill("");
  await expect(group).toContainText("3 of 7");
  await expect(app.credential.permission("Job Posts", "GET: List Job Posts")).toBeChecked();
});

test("only selected shows what is chosen, and keeps what is unchecked in sight", async ({
  app,
  elsewhere,
}) => {
  await openCredential(app, elsewhere);
  await app.credential.onlySelected.check();
  await expect(app.credential.permissions.getByRole("group")).toHaveCount(3);
  const listJobs = app.credential.permission("Jobs", "GET: List Jobs");
  await listJobs.uncheck();
  await expect(listJobs).toBeVisible();
  await app.credential.onlySelected.uncheck();
  await app.credential.onlySelected.check();
  await expect(listJobs).toBeHidden();
});

test("what is not saved is discarded on demand", async ({ page, app, elsewhere }) => {
  await openCredential(app, elsewhere);
  await app.credential.description.fill("Something else");
  await app.credential.button("Select none").click();
  await app.credential.button("Discard changes").click();
  await expect(app.credential.description).toHaveValue(NAME);
  await expect(app.credential.permissions).toContainText("6 of 136");
  await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
});

test("leaving with unsaved changes asks, whichever way", async ({ page, app, elsewhere }) => {
  await elsewhere.create(NAME);
  await app.open();
  await app.list.name(NAME).click();
  await expect(app.heading).toHaveText(NAME);
  await app.credential.description.fill("Unsaved");
  const { dialog, stay, leave } = app.leaving;
  const ways = {
    "a link": () => page.getByRole("main").getByRole("link", { name: "API Credentials" }).click(),
    "the product name": () => page.getByRole("banner").getByRole("link", { name: "Latchkey" }).click(),
    "the back button": () => page.evaluate(() => history.back()),
    "signing out": async () => {
      await app.accountMenu.click();
      await page.getByRole("button", { name: "Sign out" }).click();
    },
  };
  for (const [name, way] of Object.entries(ways)) {
    await test.step(name, async () => {
      await way();
      await expect(dialog).toContainText("not saved and would be lost");
      await stay.click();
      await expect(dialog).toBeHidden();
      await expect(app.credential.description).toHaveValue("Unsaved");
      await expect(page).toHaveURL(/\/credentials\/cred_/);
    });
  }
  await app.reloadAnd("stay");
  await expect(app.credential.description).toHaveValue("Unsaved");

  await page.evaluate(() => history.back());
  await leave.click();
  await expect(app.heading).toHaveText("API Credentials");
  await page.goForward();
  await expect(app.credential.description).toHaveValue(NAME);
  await app.credential.description.fill("Unsaved again");
  await app.reloadAnd("leave");
  await expect(app.credential.description).toHaveValue(NAME);

  // Saved, nothing asks any more.
  await app.credential.description.fill("Saved");
  await app.credential.save.click();
  await expect(app.heading).toHaveText("Saved");
  await page.getByRole("main").getByRole("link", { name: "API Credentials" }).click();
  await expect(app.heading).toHaveText("API Credentials");
  await expect(app.list.name("Saved")).toBeVisible();
});

test("a key in use says so before it is edited", async ({ page, app, harvest, elsewhere }) => {
  const { api_key: key, credential } = await elsewhere.create(NAME);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await expect(app.heading).toHaveText(NAME);
  await expect(page.getByText("This API key is in use")).toHaveCount(0);
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
  await page.reload();
  await expect(page.getByText("This API key is in use")).toBeVisible();
  await expect(page.getByText("Check with the developers or the partner")).toBeVisible();
});

test("a key that is being made is not lost by closing the question", async ({
  page,
  app,
  elsewhere,
}) => {
  await openCredential(app, elsewhere);
  const answerReplace = await hold(page, "**/replace");
  const answerRevoke = await hold(page, "**/revoke");
  await app.credential.button("Replace").click();
  const question = app.dialog(/^Replace/);
  await question.getByRole("button", { name: "OK" }).click();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await page.getByRole("link", { name: "API Credentials" }).click();
  const leave = app.dialog("Leave while the API key is created?");
  await leave.getByRole("button", { name: "Stay" }).click();
  // Nor by the answer to something else.
  await app.credential.button("Revoke").click();
  await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
  answerReplace();
  await expect(app.store.key).toHaveValue(/^lkh_/);
  const revoked = page.waitForResponse("**/revoke");
  answerRevoke();
  await revoked;
  await expect(page.getByText("Revoked", { exact: true })).toHaveCount(2);
  await expect(app.store.key).toHaveValue(/^lkh_/);
  await app.store.stored.click();
});

test("whoever leaves before the answer comes finds the console as it was", async ({
  page,
  app,
  elsewhere,
}) => {
  await openCredential(app, elsewhere, { stored: false });
  const answer = await hold(page, "**/store");
  await app.credential.button("I have stored the API Key").click();
  await page.getByRole("link", { name: "API Credentials" }).click();
  await expect(app.list.row(NAME)).toBeVisible();
  const stored = page.waitForResponse("**/store");
  answer();
  await stored;
  await app.list.row(NAME).getByRole("link", { name: NAME, exact: true }).click();
  await expect(app.heading).toHaveText(NAME);
  await expect(page.getByText("Not stored yet")).toBeHidden();
});

test("a lost key is replaced by one with the same permissions", async ({
  page,
  app,
  harvest,
  elsewhere,
}) => {
  const { key: lost } = await openCredential(app, elsewhere);
  await app.credential.permission("Jobs", "GET: List Jobs").uncheck();
  await app.credential.save.click();
  await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
  await app.credential.button("Replace").click();
  await app.dialog(`Replace “${NAME}”?`).getByRole("button", { name: "OK" }).click();
  await expect(app.store.dialog).toBeVisible();
  const key = await app.store.key.inputValue();
  expect(key).not.toBe(lost);
  await app.store.stored.click();
  await expect(app.store.dialog).toBeHidden();
  await expect(app.credential.permissions).toContainText("5 of 136");
  // The old one stays until it is revoked.
  for (const one of [lost, key]) {
    expect(await harvest.status(one, "/v1/jobs")).toBe(403);
    expect(await harvest.status(one, "/v1/job_posts")).toBe(200);
  }
});
