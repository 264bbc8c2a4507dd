/**
 * Giving access asks for the password once more when it was last given more than ten minutes ago. The
 * service's clock cannot be moved from here (server/tests/it does): the first answer is written by the test, in
 * the service's own words, and everything after it is real.
 */
import type { Page } from "@playwright/test";
import type { App } from "../fixtures/app.ts";
import { CREDENTIALS } from "../fixtures/app.ts";
import { hold, refuse } from "../fixtures/network.ts";
import { type Elsewhere, PASSWORD } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";
import { USERS } from "../fixtures/users.ts";
import type { Watch } from "../fixtures/watch.ts";

const NAME = "JobTarget Harvest API Key";

/** The next call like this is refused, as if the password had been given long ago. */
function expireProof(
  page: Page,
  watch: Watch,
  method: string,
  path: string | RegExp,
): Promise<void> {
  return refuse(page, watch, { method, path, code: "proof_required" });
}

interface Stage {
  page: Page;
  app: App;
  elsewhere: Elsewhere;
  watch: Watch;
}

/** What gives access: how far a person goes before they are asked, and how it ends. */
const GIVING: Record<string, { asks: (on: Stage) => Promise<void>; done: (on: Stage) => Promise<void> }> = {
  "creating a key": {
    asks: async ({ page, app, watch }) => {
      await app.open();
      await app.list.createNew.click();
      await app.create.fill("JobTarget", NAME);
      await expireProof(page, watch, "POST", "/api/credentials");
      await app.create.managePermissions.click();
    },
    done: async ({ app }) => {
      await expect(app.store.dialog).toContainText(NAME);
      await app.store.stored.click();
      await expect(app.heading).toHaveText(NAME);
    },
  },
  "editing the permissions of a key": {
    asks: async ({ page, app, elsewhere, watch }) => {
      const { credential } = await elsewhere.create(NAME);
      await app.open(`${CREDENTIALS}/${credential.id}`);
      await app.credential.permission("Candidates", "GET: List Candidates").check();
      await expireProof(page, watch, "PATCH", `/api/credentials/${credential.id}`);
      await app.credential.save.click();
    },
    done: async ({ page, elsewhere }) => {
      await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
      expect((await elsewhere.credential(NAME)).permissions).toContain("candidates:list");
    },
  },
  "re-enabling a key": {
    asks: async ({ page, app, elsewhere, watch }) => {
      const { credential } = await elsewhere.create(NAME);
      await elsewhere.revoke(credential.id);
      await app.open(`${CREDENTIALS}/${credential.id}`);
      await app.credential.button("Re-enable").click();
      await expireProof(page, watch, "POST", `/api/credentials/${credential.id}/re_enable`);
      await app.dialog(/^Re-enable/).getByRole("button", { name: "OK" }).click();
    },
    done: async ({ app }) => expect(app.credential.button("Revoke")).toBeVisible(),
  },
  "granting a developer permission": {
    asks: async ({ page, app, elsewhere, watch }) => {
      const { user_id } = await elsewhere.user("Ben Lindqvist");
      await app.open(`${USERS}/${user_id}`);
      await app.user.disclosure.click();
      await app.user.permission("all").check();
      await expireProof(page, watch, "PATCH", `/api/users/${user_id}`);
      await app.user.save.click();
    },
    done: async ({ app, elsewhere }) => {
      await expect(app.user.panel).toContainText("Everything is saved");
      expect((await elsewhere.user("Ben Lindqvist")).developer_permissions).toHaveLength(1);
    },
  },
  "adding a user": {
    asks: async ({ page, app, watch }) => {
      await app.open(USERS);
      await app.users.add.click();
      await app.addUser.fill("Dora Nowak", "dora@example.com");
      await expireProof(page, watch, "POST", "/api/users");
      await app.addUser.submit.click();
    },
    done: async ({ app }) => expect(app.link.dialog).toContainText("Dora Nowak"),
  },
};

for (const [name, { asks, done }] of Object.entries(GIVING)) {
  test(`${name} asks for the password once more, and goes on with it`, async ({
    page,
    app,
    elsewhere,
    watch,
  }) => {
    const stage = { page, app, elsewhere, watch };
    await asks(stage);
    await expect(app.proof.dialog).toContainText("Giving access asks for your password");
    await expect(app.proof.dialog).toContainText("ada@example.com");
    await expect(app.proof.password).toBeFocused();
    await app.proof.button("Confirm").click();
    await expect(app.proof.password).toHaveAccessibleDescription("Enter your password.");
    watch.expectFailure({ status: 401, path: "/api/session/proof" });
    await app.proof.give("latchkey-Demo");
    await expect(app.proof.password).toHaveAccessibleDescription("This is not your password.");
    await expect(app.proof.password).toBeFocused();
    await app.proof.give(PASSWORD);
    await expect(app.proof.dialog).toBeHidden();
    await done(stage);
  });
}

test("the question for the password reads as it should", async ({ page, app, elsewhere, watch }) => {
  await GIVING["creating a key"].asks({ page, app, elsewhere, watch });
  await expect(app.proof.dialog).toMatchAriaSnapshot(`
    - dialog "Confirm that it is you":
      - heading "Confirm that it is you" [level=2]
      - paragraph: /when you last gave it more than ten minutes ago\\. Nothing you typed is lost\\./
      - paragraph:
        - text: Signed in as
        - strong: ada@example.com
      - text: Password
      - textbox "Password"
      - button "Show password"
      - button "Cancel"
      - button "Confirm"
  `);
});

test("Cancel changes nothing and keeps what was typed; the next try asks again", async ({
  page,
  app,
  watch,
}) => {
  await app.open();
  await app.list.createNew.click();
  await app.create.fill("JobTarget", NAME);
  await expireProof(page, watch, "POST", "/api/credentials");
  await app.create.managePermissions.click();
  await app.proof.button("Cancel").click();
  await expect(app.proof.dialog).toBeHidden();
  await expect(app.create.dialog.getByRole("alert")).toContainText(
    "This needs your password once more, and it was not given.",
  );
  await expect(app.create.partner).toHaveValue("JobTarget");
  await expect(app.create.description).toHaveValue(NAME);
  await expect(app.create.managePermissions).toBeFocused();

  // Esc is a Cancel too, and leaves the dialog below alone.
  await expireProof(page, watch, "POST", "/api/credentials");
  await app.create.managePermissions.click();
  await expect(app.proof.password).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(app.proof.dialog).toBeHidden();
  await expect(app.create.description).toHaveValue(NAME);
  await app.create.managePermissions.click();
  await expect(app.store.dialog).toBeVisible();
});

test("the session that ends while the password is asked for is asked for first", async ({
  page,
  app,
  watch,
}) => {
  await app.open();
  await app.list.createNew.click();
  await app.create.fill("JobTarget", NAME);
  await expireProof(page, watch, "POST", "/api/credentials");
  await app.create.managePermissions.click();
  await app.endSession();
  watch.expectFailure({ status: 401, path: "/api/session/proof" });
  await app.proof.give(PASSWORD);
  const again = app.dialog("Sign in again");
  await again.getByLabel("Password").fill(PASSWORD);
  await again.getByRole("button", { name: "Sign in" }).click();
  await expect(again).toBeHidden();
  await expect(app.store.dialog).toContainText(NAME);
});

test("taking access away never asks", async ({ page, app, elsewhere }) => {
  await elsewhere.grant("Ben Lindqvist", { developer_permissions: ["manage_all_api_credentials"] });
  const { credential } = await elsewhere.create(NAME);
  // That the service does not, however old the session is, server/tests/it/step_up.rs shows.
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/session/proof")) asked.push(request.url());
  });
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await app.credential.button("Revoke").click();
  await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
  await expect(app.credential.button("Re-enable")).toBeVisible();

  await app.panel("Users").click();
  await app.users.name("Ben Lindqvist").click();
  await app.user.disclosure.click();
  await app.user.permission("all").uncheck();
  await app.user.save.click();
  await expect(app.user.panel).toContainText("Everything is saved");
  await app.user.button("Disable").click();
  await app.dialog(/^Disable/).getByRole("button", { name: "Disable" }).click();
  await expect(app.user.facts).toContainText("Disabled");
  expect(asked).toEqual([]);
});

test("going back leaves the question behind with what it was asked for", async ({
  page,
  app,
  watch,
}) => {
  await app.open(USERS);
  await app.users.name("Cleo Marchetti").click();
  await app.user.button("Reset password").click();
  await expireProof(page, watch, "POST", /\/password_link$/);
  await app.dialog(/^Reset/).getByRole("button", { name: "Make the link" }).click();
  await expect(app.proof.password).toBeFocused();
  await page.goBack();
  await app.dialog("Leave while the link is made?").getByRole("button", { name: "Leave" }).click();
  await expect(app.heading).toHaveText("Users");
  await expect(app.proof.dialog).toBeHidden();
  await app.users.name("Cleo Marchetti").click();
  await expect(app.user.button("Reset password")).toBeVisible();
});

test("whoever left before it was refused is not asked for the password", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { user_id } = await elsewhere.user("Cleo Marchetti");
  await app.open(`${USERS}/${user_id}`);
  await expireProof(page, watch, "POST", /\/password_link$/);
  const refuse = await hold(page, /\/password_link$/);
  await app.user.button("Reset password").click();
  await app.dialog(/^Reset/).getByRole("button", { name: "Make the link" }).click();
  await page.keyboard.press("Escape");
  await app.panel("Users").click();
  await app.dialog("Leave while the link is made?").getByRole("button", { name: "Leave" }).click();
  await expect(app.users.name("Cleo Marchetti")).toBeVisible();
  const refused = page.waitForResponse(/\/password_link$/);
  refuse();
  await (await refused).finished();
  // Nothing stands in the way of going on.
  await app.users.name("Cleo Marchetti").click();
  await expect(app.user.button("Reset password")).toBeVisible();
  await expect(app.proof.dialog).toBeHidden();
});
