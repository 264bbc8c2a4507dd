/** When something goes wrong: what happened is said, there is a way on, and nothing typed is lost. */
import type { Page } from "@playwright/test";
import type { App } from "../fixtures/app.ts";
import { CREDENTIALS } from "../fixtures/app.ts";
import { heard, hold, refuse } from "../fixtures/network.ts";
import { type Elsewhere, PASSWORD } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";
import type { Watch } from "../fixtures/watch.ts";

const NAME = "JobTarget Harvest API Key";

/** The page of a credential on which a description and a permission are changed, and not saved. */
async function edit(app: App, elsewhere: Elsewhere): Promise<string> {
  const { credential } = await elsewhere.create(NAME);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await expect(app.heading).toHaveText(NAME);
  await app.settled();
  await app.credential.description.fill("Mine");
  await app.credential.permission("Jobs", "GET: List Jobs").uncheck();
  return credential.id;
}

async function expectMine(app: App): Promise<void> {
  await expect(app.credential.description).toHaveValue("Mine");
  await expect(app.credential.permission("Jobs", "GET: List Jobs")).not.toBeChecked();
}

async function expectMineSaved(elsewhere: Elsewhere): Promise<void> {
  const saved = await elsewhere.credential("Mine");
  expect(saved.permissions).toHaveLength(5);
  expect(saved.permissions).not.toContain("jobs:list");
}

test("a screen whose code does not arrive says so, and stands at the next visit", async ({
  page,
  app,
  watch,
}) => {
  const part = /\/people-[0-9a-f]+\.wasm$/;
  await app.open(CREDENTIALS);
  await app.settled();
  await page.route(part, (route) => route.abort());
  watch.expectFailure({ status: "none", path: part, times: "any" });
  await app.panel("Users").click();
  await expect(app.heading).toHaveText("This screen could not be loaded");
  await expect(page.getByRole("button", { name: "Reload" })).toBeVisible();
  await page.unroute(part);
  await app.panel("Dev Center").click();
  await expect(app.heading).toHaveText("Dev Center");
  await app.panel("Users").click();
  await expect(app.heading).toHaveText("Users");
});

test("what turns out refused while the password is typed, or after, asks nothing more", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { credential } = await elsewhere.create(NAME);
  // Two calls that were made before the session ended, and are answered late.
  const late = async (path: RegExp) => {
    await refuse(page, watch, { method: "GET", path, code: "unauthenticated" });
    const letGo = await hold(page, path);
    return async () => {
      const answered = page.waitForResponse(path);
      letGo();
      await (await answered).finished();
    };
  };
  const answerHistory = await late(/\/api\/change_log/);
  const answerUsage = await late(/\/usage$/);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await app.credential.description.fill("Mine");
  watch.expectFailure({ status: 401, path: `/api/credentials/${credential.id}` });
  await app.endSession();
  await app.credential.save.click();
  const dialog = app.dialog("Sign in again");
  await dialog.getByLabel("Password").fill(PASSWORD);
  await answerHistory();
  await heard(page);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(app.heading).toHaveText("Mine");
  await answerUsage();
  await expect(app.credential.usage.getByText("Waiting for the first call")).toBeVisible();
  await expect(dialog).toBeHidden();
});

test("what was left behind is not done after signing in again", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { credential } = await elsewhere.create(NAME);
  await app.open();
  await app.list.name(NAME).click();
  await app.credential.description.fill("Mine");
  await app.settled();
  watch.expectFailure({ status: 401, path: `/api/credentials/${credential.id}` });
  watch.expectFailure({ status: 401, path: "/api/credentials", times: "any" });
  await app.endSession();
  await app.credential.save.click();
  const dialog = app.dialog("Sign in again");
  await expect(dialog).toBeVisible();
  await page.goBack();
  await app.leaving.leave.click();
  await expect(app.heading).toHaveText("API Credentials");
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(app.list.name(NAME)).toBeVisible();
  expect((await elsewhere.credential(NAME)).description).toBe(NAME);
});

test.describe("the network is down", () => {
  test("on the list: Retry brings it", async ({ page, app, elsewhere, watch }) => {
    await elsewhere.create(NAME);
    await app.open("/configure/dev_center");
    await expect(app.heading).toHaveText("Dev Center");
    watch.expectFailure({ status: "none", path: "/api/catalogue", times: 2 });
    watch.expectFailure({ status: "none", path: "/api/credentials" });
    await goOffline(page, watch);
    await page.getByRole("link", { name: "API Credential Management" }).click();
    await expect(app.failure).toContainText("Latchkey did not answer.");
    await expect(app.failure).toContainText("Check your connection");
    await page.context().setOffline(false);
    await app.failure.getByRole("button", { name: "Retry" }).click();
    await expect(app.list.name(NAME)).toBeVisible();
    await expect(app.failure).toHaveCount(0);
  });

  test("while creating: the form keeps what was typed", async ({ page, app, watch }) => {
    await app.open();
    await app.list.createNew.click();
    await app.create.fill("JobTarget", NAME);
    watch.expectFailure({ status: "none", path: "/api/credentials" });
    await goOffline(page, watch);
    await app.create.managePermissions.click();
    await expect(app.create.dialog.getByRole("alert")).toContainText("Latchkey did not answer.");
    await expect.poll(() => watch.announced.join()).toContain("Latchkey did not answer.");
    await expect(app.create.partner).toHaveValue("JobTarget");
    await expect(app.create.description).toHaveValue(NAME);
    await page.context().setOffline(false);
    await app.create.managePermissions.click();
    await expect(app.store.dialog).toBeVisible();
  });

  test("while saving: Retry saves", async ({ page, app, elsewhere, watch }) => {
    const id = await edit(app, elsewhere);
    watch.expectFailure({ status: "none", path: `/api/credentials/${id}` });
    await goOffline(page, watch);
    await app.credential.save.click();
    await expect(app.failure).toContainText("What you typed is still here.");
    await expectMine(app);
    await page.context().setOffline(false);
    await app.failure.getByRole("button", { name: "Retry" }).click();
    await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
    await expect(app.failure).toHaveCount(0);
    await expectMineSaved(elsewhere);
  });

  test("while revoking: the question stays and can be answered again", async ({
    page,
    app,
    elsewhere,
    watch,
  }) => {
    const { credential } = await elsewhere.create(NAME);
    await app.open();
    await app.list.row(NAME).hover();
    await app.list.action("Revoke", NAME).click();
    const question = app.dialog(/^Revoke/);
    watch.expectFailure({ status: "none", path: `/api/credentials/${credential.id}/revoke` });
    await goOffline(page, watch);
    await question.getByRole("button", { name: "OK" }).click();
    await expect(question.getByRole("alert")).toContainText("Latchkey did not answer.");
    await page.context().setOffline(false);
    await question.getByRole("button", { name: "OK" }).click();
    await expect(await app.list.cell(NAME, "Status")).toHaveText("Revoked");
  });

  test("when the page starts: it says so and starts again", async ({ page, app, watch }) => {
    watch.expectFailure({ status: "none", path: "/api/session" });
    await page.route("**/api/session", (route) => route.abort());
    await page.goto("/");
    await expect(app.failure).toContainText("Latchkey did not answer.");
    await page.unroute("**/api/session");
    await app.failure.getByRole("button", { name: "Retry" }).click();
    await expect(app.heading).toHaveText("Sign in");
  });
});

test.describe("the session has ended", () => {
  test("while editing: signing in again saves what was under way", async ({
    page,
    app,
    elsewhere,
    watch,
  }) => {
    const id = await edit(app, elsewhere);
    watch.expectFailure({ status: 401, path: `/api/credentials/${id}` });
    await app.endSession();
    await app.credential.save.click();
    const dialog = app.dialog("Sign in again");
    await expect(dialog).toContainText("Nothing you typed is lost");
    await expect(dialog).toContainText("ada@example.com");

    // A slip does not lose it either.
    watch.expectFailure({ status: 401, path: "/api/session" });
    await dialog.getByLabel("Password").fill("wrong");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(dialog.getByRole("alert")).toContainText("do not belong together");
    await dialog.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
    await expect(app.heading).toHaveText("Mine");
    await expectMineSaved(elsewhere);
  });

  test("not now: what was typed stays, and Retry asks again", async ({
    page,
    app,
    elsewhere,
    watch,
  }) => {
    const id = await edit(app, elsewhere);
    watch.expectFailure({ status: 401, path: `/api/credentials/${id}`, times: 2 });
    await page.context().clearCookies();
    await app.credential.save.click();
    const dialog = app.dialog("Sign in again");
    await dialog.getByRole("button", { name: "Not now" }).click();
    await expect(app.failure).toContainText("Sign in to go on.");
    await expectMine(app);
    await app.failure.getByRole("button", { name: "Retry" }).click();
    await dialog.getByLabel("Password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(app.heading).toHaveText("Mine");
    await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
    await expectMineSaved(elsewhere);
  });

  test("while creating: the dialog below keeps what was typed and goes on", async ({
    app,
    page,
    watch,
  }) => {
    await app.open();
    await app.list.createNew.click();
    await app.create.fill("JobTarget", NAME);
    watch.expectFailure({ status: 401, path: "/api/credentials" });
    await app.endSession();
    await app.create.managePermissions.click();
    const dialog = app.dialog("Sign in again");
    await dialog.getByLabel("Password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(app.store.dialog).toContainText(NAME);
    await app.store.stored.click();
    await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
  });

  test("while the key is on screen: it stays until it is confirmed", async ({ app, watch }) => {
    await app.open();
    await app.list.createNew.click();
    await app.create.fill("JobTarget", NAME);
    await app.create.managePermissions.click();
    const key = await app.store.key.inputValue();
    watch.expectFailure({ status: 401, path: /\/store$/, times: 2 });
    await app.endSession();
    await app.store.stored.click();
    await app.dialog("Sign in again").getByRole("button", { name: "Not now" }).click();
    await expect(app.store.key).toHaveValue(key);
    await app.store.stored.click();
    await app.dialog("Sign in again").getByLabel("Password").fill(PASSWORD);
    await app.dialog("Sign in again").getByRole("button", { name: "Sign in" }).click();
    await expect(app.heading).toHaveText(NAME);
  });

  test("what the answer does not save is still there after signing in again", async ({
    page,
    app,
    elsewhere,
    watch,
  }) => {
    await edit(app, elsewhere);
    await app.credential.search.fill("jobs");
    watch.expectFailure({ status: 401, path: /\/revoke$/ });
    await app.endSession();
    await app.credential.button("Revoke").click();
    await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
    await app.dialog("Sign in again").getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(app.credential.button("Re-enable")).toBeVisible();
    await expectMine(app);
    await expect(app.credential.search).toHaveValue("jobs");
  });

  test("someone else signs in and comes to the same place", async ({
    page,
    app,
    elsewhere,
    watch,
  }) => {
    const id = await edit(app, elsewhere);
    watch.expectFailure({ status: 401, path: `/api/credentials/${id}` });
    await app.endSession();
    await app.credential.save.click();
    await app.dialog("Sign in again").getByRole("button", { name: "Someone else" }).click();
    await app.leaving.leave.click();
    await expect(app.heading).toHaveText("Sign in");
    await app.signIn.as("ada");
    await expect(app.heading).toHaveText(NAME);
    await expect(page).toHaveURL(new RegExp(`${id}$`));
  });
});

test.describe("someone else saved first", () => {
  async function meet(app: App, elsewhere: Elsewhere, watch: Watch) {
    const id = await edit(app, elsewhere);
    const theirs = await elsewhere.credential(NAME);
    await elsewhere.update(id, {
      description: "Theirs",
      permissions: [...theirs.permissions, "candidates:list"],
    });
    watch.expectFailure({ status: 412, path: `/api/credentials/${id}` });
    await app.credential.save.click();
    const { dialog } = app.conflict;
    await expect(dialog).toMatchAriaSnapshot(`
      - dialog "Someone else saved first":
        - heading "Someone else saved first" [level=2]
        - paragraph: /Your changes are not saved yet/
        - table:
          - rowgroup:
            - row "Saved by them Yours"
          - rowgroup:
            - row "Description Theirs Mine"
            - 'row /Candidates: GET: List Candidates Jobs: GET: List Jobs None/'
        - button "Go on editing"
        - button "Take theirs"
        - button "Keep mine"
    `);
    return id;
  }

  test("Keep mine saves over theirs", async ({ page, app, elsewhere, watch }) => {
    await meet(app, elsewhere, watch);
    await app.conflict.button("Keep mine").click();
    await expect(app.conflict.dialog).toBeHidden();
    await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
    await expect(app.heading).toHaveText("Mine");
    await expectMineSaved(elsewhere);
  });

  test("Take theirs shows what they saved", async ({ page, app, elsewhere, watch }) => {
    await meet(app, elsewhere, watch);
    await app.conflict.button("Take theirs").click();
    await expect(app.conflict.dialog).toBeHidden();
    await expect(app.heading).toHaveText("Theirs");
    await expect(app.credential.description).toHaveValue("Theirs");
    await expect(app.credential.permissions).toContainText("7 of 136");
    await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
    expect((await elsewhere.credential("Theirs")).permissions).toHaveLength(7);
  });

  test("Go on editing loses nothing, and the next Save asks again", async ({
    app,
    elsewhere,
    watch,
  }) => {
    const id = await meet(app, elsewhere, watch);
    await app.conflict.button("Go on editing").click();
    await expect(app.conflict.dialog).toBeHidden();
    await expectMine(app);
    expect((await elsewhere.credential("Theirs")).permissions).toHaveLength(7);
    watch.expectFailure({ status: 412, path: `/api/credentials/${id}` });
    await app.credential.save.click();
    await app.conflict.button("Keep mine").click();
    await expect(app.heading).toHaveText("Mine");
    await expectMineSaved(elsewhere);
  });
});

test("revoked by someone else meanwhile: it is said, and shown as it is", async ({
  app,
  elsewhere,
  watch,
}) => {
  const { credential } = await elsewhere.create(NAME);
  await app.open();
  await expect(await app.list.cell(NAME, "Status")).toHaveText("Active");
  await elsewhere.revoke(credential.id);
  await app.list.row(NAME).hover();
  await app.list.action("Revoke", NAME).click();
  watch.expectFailure({ status: 409, path: `/api/credentials/${credential.id}/revoke` });
  await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
  await expect(await app.list.cell(NAME, "Status")).toHaveText("Revoked");
  await expect
    .poll(() => watch.announced)
    .toContain(`${NAME} was revoked already, by someone else`);
});

test("a fault inside the service is told with its request id", async ({ page, app, watch }) => {
  await app.open();
  await app.list.createNew.click();
  await app.create.fill("JobTarget", NAME);
  await page.route("**/api/credentials", (route) =>
    route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      json: {
        type: "about:blank",
        title: "Latchkey could not do this. The fault is ours, and nothing was changed.",
        status: 500,
        code: "internal",
        request_id: "req_0123456789",
        errors: [],
      },
    }),
  );
  watch.expectFailure({ status: 500, path: "/api/credentials" });
  await app.create.managePermissions.click();
  await expect(app.create.dialog.getByRole("alert")).toContainText("req_0123456789");
  await expect(app.create.description).toHaveValue(NAME);
  await page.unroute("**/api/credentials");
  await app.create.managePermissions.click();
  await expect(app.store.dialog).toBeVisible();
});

test("a proxy's error page is no answer of Latchkey's", async ({ page, app, watch }) => {
  await app.open("/configure/dev_center");
  await expect(app.heading).toHaveText("Dev Center");
  await page.route("**/api/credentials", (route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
  );
  watch.expectFailure({ status: 502, path: "/api/credentials" });
  await page.getByRole("link", { name: "API Credential Management" }).click();
  await expect(app.failure).toContainText("Latchkey cannot answer at the moment.");
  await page.unroute("**/api/credentials");
  await app.failure.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
});

test.describe("what is typed breaks a rule", () => {
  test("the field says which, and has the focus", async ({ app }) => {
    await app.open();
    await app.list.createNew.click();
    await app.create.managePermissions.click();
    await expect(app.create.partner).toBeFocused();
    await expect(app.create.partner).toHaveAttribute("aria-invalid", "true");
    await expect(app.create.partner).toHaveAccessibleDescription(/Choose a partner from the list/);
    await expect(app.create.description).toHaveAccessibleDescription(/Enter a description/);

    await app.create.partner.fill("nobody");
    await expect(app.create.dialog.getByRole("option", { name: "No match" })).toBeVisible();
    await app.create.description.fill("x".repeat(201));
    await app.create.managePermissions.click();
    await expect(app.create.description).toHaveAccessibleDescription("Use at most 200 characters.");
    await expect(app.create.partner).toBeFocused();

    await app.create.fill("JobTarget", "x".repeat(200));
    await app.create.managePermissions.click();
    await expect(app.store.dialog).toBeVisible();
  });

  test("an edit without a description is not sent", async ({ app, elsewhere }) => {
    await edit(app, elsewhere);
    await app.credential.description.fill("  ");
    await app.credential.save.click();
    await expect(app.credential.description).toHaveAccessibleDescription(/Enter a description/);
    await expect(app.credential.description).toBeFocused();
    expect((await elsewhere.credential(NAME)).permissions).toHaveLength(6);
  });

  test("the service's own refusal stands at the field too", async ({ page, app, watch }) => {
    await app.open();
    await app.list.createNew.click();
    await app.create.fill("JobTarget", NAME);
    await sendInstead(page, { api_type: "harvest", partner: "jobtarget", description: "a\tb" });
    watch.expectFailure({ status: 422, path: "/api/credentials" });
    await app.create.managePermissions.click();
    await expect(app.create.description).toHaveAccessibleDescription(
      "Use one line of plain text, without the character U+0009.",
    );
    await expect(app.create.description).toBeFocused();
    await expect(app.create.description).toHaveValue(NAME);
    await expect(app.create.dialog.getByRole("alert")).toContainText("Nothing was saved yet.");
  });
});

async function goOffline(page: Page, watch: Watch): Promise<void> {
  watch.expectNoPictures();
  await page.context().setOffline(true);
}

/** The page checks the same rules as the service, so only a changed request meets the service's check. */
async function sendInstead(page: Page, body: unknown): Promise<void> {
  await page.route("**/api/credentials", (route) =>
    route.continue({ postData: JSON.stringify(body) }),
  );
}
