/**
 * Who uses the console and what they may do: the first part of the JobTarget article, and what else a Site
 * Admin does with users.
 */
import { CREDENTIALS } from "../fixtures/app.ts";
import { entriesIn } from "../fixtures/change_log.ts";
import { tabTo } from "../fixtures/keyboard.ts";
import { Elsewhere, PASSWORD } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";
import { PERMISSIONS, USERS } from "../fixtures/users.ts";

const KEY = "Reporting, Ben";

test("“Configure User Setup Permissions”: ben gets the permission and enters the Dev Center", async ({
  page,
  app,
  other,
  watch,
}) => {
  await other.page.goto("/");
  await other.app.signIn.as("ben");
  await expect(other.page.getByRole("main")).toContainText("These people can grant it:");

  await page.goto("/");
  await app.signIn.as("ada");
  await test.step("Configure > Users > Your Name", async () => {
    await app.configure.click();
    await app.panel("Users").click();
    await expect(app.heading).toHaveText("Users");
    await app.users.name("Ben Lindqvist").click();
    await expect(app.heading).toHaveText("Ben Lindqvist");
  });
  await test.step("the Permissions panel, the Developer Permissions dropdown menu", async () => {
    const box = page.getByRole("checkbox", {
      name: "Can manage ALL organization’s API Credentials",
      exact: true,
    });
    await expect(box).toBeHidden();
    await page
      .getByRole("region", { name: "Permissions" })
      .getByText("Developer Permissions", { exact: true })
      .click();
    await expect(box).not.toBeChecked();
    await box.check();
    await expect(app.user.panel).toContainText("+1 −0 unsaved");
    await app.user.save.click();
    await expect(app.user.panel).toContainText("Everything is saved");
    await expect(box).toBeChecked();
    await expect.poll(() => watch.announced).toContain("Permissions of Ben Lindqvist saved");
  });

  await test.step("ben checks again, and the Dev Center is open", async () => {
    await other.page.getByRole("button", { name: "Check again" }).click();
    await expect(other.app.heading).toHaveText("Dev Center");
    await other.app.walkToCredentials();
    await expect(other.app.list.createNew).toBeVisible();
    await expect(other.app.panel("Users")).toHaveCount(0);
  });

  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - paragraph:
        - link "Users"
      - heading "Ben Lindqvist" [level=1]
      - region "About this user":
        - term: E-mail
        - definition: ben@example.com
        - term: Level
        - definition: Basic
        - term: Status
        - definition: Active
        - term: Added
        - definition
        - term: Last sign-in
        - definition
        - button "Reset password"
        - button "Sign out everywhere"
        - button "Disable"
      - region "Permissions":
        - heading "Permissions" [level=2]
        - group:
          - text: Level
          - combobox "Level":
            - option "Basic" [selected]
            - option "Job Admin"
            - option "Site Admin"
        - group:
          - text: Developer Permissions 1 granted
          - group "Developer permissions":
            - checkbox "Can manage ALL organization’s API Credentials" [checked]
            - checkbox "Can manage Job Board related API Credentials"
        - paragraph: What you save counts at once. They stay signed in.
        - text: Everything is saved
        - button "Save"
      - region "API keys they made":
        - paragraph: None.
      - region "History":
        - heading "History" [level=2]
        - list:
          - listitem:
            - strong: Ada Okafor
            - text: Changed user
            - strong: Ben Lindqvist
            - text: from 127.0.0.1
            - group: Details Developer permissions +1
          - listitem:
            - strong: Ben Lindqvist
            - text: Signed in from 127.0.0.1
        - paragraph:
          - link "All changes of this user"
  `);
});

test("a Site Admin adds somebody, hands over the link and grants a permission, by keyboard alone", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { keyboard } = page;
  const said = (text: string) => expect.poll(() => watch.announced).toContain(text);
  await page.goto("/");
  await expect(app.signIn.email).toBeVisible();
  await tabTo(page, app.signIn.email);
  await keyboard.type("ada@example.com");
  await tabTo(page, app.signIn.password);
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await expect(app.heading).toBeFocused();
  await tabTo(page, app.panel("Users"), "Shift+Tab");
  await keyboard.press("Enter");
  await expect(app.heading).toHaveText("Users");
  await expect(app.heading).toBeFocused();
  await expect(page).toHaveTitle("Users · Latchkey");

  await test.step("add", async () => {
    await tabTo(page, app.users.add);
    await keyboard.press("Enter");
    await expect(app.addUser.name).toBeFocused();
    await keyboard.type("Dora Nowak");
    // A slip is said where it is, and nothing else is lost.
    await keyboard.press("Enter");
    await expect(app.addUser.email).toBeFocused();
    await expect(app.addUser.email).toHaveAccessibleDescription("Enter an e-mail address.");
    await keyboard.type("dora@example.com");
    await tabTo(page, app.addUser.level);
    await keyboard.type("Job");
    await expect(app.addUser.level).toHaveValue("job_admin");
    await keyboard.press("Enter");
    await tabTo(page, app.addUser.submit);
    await keyboard.press("Enter");
  });

  await test.step("hand over the link", async () => {
    await expect(app.link.copy).toBeFocused();
    await keyboard.press("Enter");
    await said("Copied");
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await expect(app.link.link).toHaveValue(link);
    await keyboard.press("Escape");
    await keyboard.press("Escape");
    await expect(app.link.dialog).toBeVisible();
    await tabTo(page, app.link.done);
    await keyboard.press("Enter");
    await expect(app.link.dialog).toBeHidden();
    await expect(app.users.add).toBeFocused();
  });

  await test.step("grant", async () => {
    await tabTo(page, app.users.name("Dora Nowak"));
    await keyboard.press("Enter");
    await expect(app.heading).toHaveText("Dora Nowak");
    await expect(app.heading).toBeFocused();
    await tabTo(page, app.user.disclosure);
    await keyboard.press("Enter");
    await tabTo(page, app.user.permission("board"));
    await keyboard.press("Space");
    await expect(app.user.permission("board")).toHaveAccessibleDescription(/only Job Board API keys/);
    await tabTo(page, app.user.save);
    await keyboard.press("Enter");
    await said("Permissions of Dora Nowak saved");
    await expect(app.user.panel).toContainText("Everything is saved");
  });
  expect(await elsewhere.user("Dora Nowak")).toMatchObject({
    email: "dora@example.com",
    level: "job_admin",
    developer_permissions: ["manage_job_board_api_credentials"],
  });
});

test("what is typed about a new user outlives the dialog, and an e-mail that is taken is said", async ({
  app,
  page,
  watch,
}) => {
  await app.open(USERS);
  await app.users.add.click();
  await app.addUser.fill("Another Ben", "BEN@example.com", "Site Admin");
  await app.addUser.permission("edit").check();
  await page.keyboard.press("Escape");
  await expect(app.addUser.dialog).toBeHidden();
  await app.users.add.click();
  await expect(app.addUser.name).toHaveValue("Another Ben");
  await expect(app.addUser.permission("edit")).toBeChecked();
  // Only a Site Admin can hold it: with another level it is not offered, and back with the level.
  await app.addUser.level.selectOption("Basic");
  await expect(app.addUser.permission("edit")).toBeHidden();
  await app.addUser.level.selectOption("Site Admin");
  await expect(app.addUser.permission("edit")).toBeChecked();

  watch.expectFailure({ status: 422, path: "/api/users" });
  await app.addUser.submit.click();
  await expect(app.addUser.email).toHaveAccessibleDescription(
    "There is a user with this e-mail already.",
  );
  await expect(app.addUser.email).toBeFocused();
  await app.addUser.email.fill("ben.two@example.com");
  await app.addUser.submit.click();
  await expect(app.link.dialog).toContainText("Another Ben");
  await app.link.done.click();
  await expect(app.users.row("Another Ben")).toContainText("Invited");
});

test("the users are listed with what they may do, and filters stand in the address", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  await elsewhere.invite("Dora Nowak", "dora@example.com", { level: "site_admin" });
  await elsewhere.disable("Cleo Marchetti");
  await app.open(USERS);
  await expect(page.getByRole("table")).toMatchAriaSnapshot(`
    - table:
      - rowgroup:
        - row:
          - columnheader "Name"
          - columnheader "Level"
          - columnheader "Developer permissions"
          - columnheader "Status"
          - columnheader "Last sign-in"
      - rowgroup:
        - row:
          - cell:
            - link "Ada Okafor"
            - text: ada@example.com
          - cell "Site Admin"
          - cell:
            - list:
              - listitem: ALL API Credentials
              - listitem: Others’ advanced permissions
          - cell "Active"
          - cell
        - row:
          - cell:
            - link "Ben Lindqvist"
          - cell "Basic"
          - cell "None"
          - cell "Active"
          - cell "Never"
        - row:
          - cell:
            - link "Cleo Marchetti"
          - cell "Job Admin"
          - cell:
            - list:
              - listitem: Job Board API Credentials
          - cell "Disabled"
          - cell "Never"
        - row:
          - cell:
            - link "Dora Nowak"
          - cell "Site Admin"
          - cell "None"
          - cell "Invited"
          - cell "Never"
  `);

  const names = page.getByRole("row").getByRole("link");
  await app.users.filter("name or e-mail").fill("EXAMPLE");
  await expect(page).toHaveURL(/\/users\?q=EXAMPLE$/);
  await app.users.filter("level").selectOption("Site Admin");
  await expect(names).toHaveText(["Ada Okafor", "Dora Nowak"]);
  await expect.poll(() => watch.announced).toContain("2 users");
  await app.users.filter("status").selectOption("Invited");
  await expect(names).toHaveText(["Dora Nowak"]);
  await expect(page).toHaveURL(/\?q=EXAMPLE&level=site_admin&status=invited$/);

  // The address is the list: it can be loaded again, or sent to somebody.
  await page.reload();
  await expect(names).toHaveText(["Dora Nowak"]);
  await expect(app.users.filter("name or e-mail")).toHaveValue("EXAMPLE");
  await expect(app.users.filter("level")).toHaveValue("site_admin");
  await app.users.filter("developer permission").selectOption(PERMISSIONS.edit);
  await expect(page.getByRole("heading", { name: "No user matches these filters" })).toBeVisible();
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(names).toHaveCount(4);
  await app.users.filter("developer permission").selectOption(PERMISSIONS.board);
  await expect(names).toHaveText(["Cleo Marchetti"]);
});

test("a disabled user is out at once, and the key they made goes on working", async ({
  page,
  app,
  other,
  harvest,
  elsewhere,
  server,
  watch,
}) => {
  await elsewhere.grant("Ben Lindqvist", {
    developer_permissions: ["manage_all_api_credentials"],
  });
  const { api_key: key } = await (await Elsewhere.signIn(server.origin, "ben")).create(KEY);
  await other.app.open(CREDENTIALS, "ben");
  await expect(other.app.list.name(KEY)).toBeVisible();

  await app.open(USERS);
  await app.users.name("Ben Lindqvist").click();
  await expect(app.user.made.getByRole("link", { name: KEY })).toBeVisible();
  await app.user.button("Disable").click();
  const question = app.dialog("Disable Ben Lindqvist?");
  await expect(question).toContainText("They are signed out everywhere at once");
  await expect(question).toContainText("The API keys they made go on working.");
  await expect(question.getByRole("listitem")).toHaveText([KEY]);
  await question.getByRole("button", { name: "Disable" }).click();
  await expect(question).toBeHidden();
  await expect(app.user.facts).toContainText("Disabled");
  await expect.poll(() => watch.announced).toContain("Ben Lindqvist disabled");
  await expect(entriesIn(app.user.history).first()).toContainText("Disabled user");
  await expect(app.user.button("Disable")).toHaveCount(0);

  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
  other.watch.expectFailure({ status: 401, path: /^\/api\/credentials/ });
  await other.app.list.name(KEY).click();
  await other.app.dialog("Sign in again").getByRole("button", { name: "Someone else" }).click();
  other.watch.expectFailure({ status: 401, path: "/api/session" });
  await other.app.signIn.as("ben");
  await expect(other.app.failure).toContainText("do not belong together");

  await app.user.button("Enable").click();
  await app.dialog("Enable Ben Lindqvist?").getByRole("button", { name: "Enable" }).click();
  await expect(app.user.facts).toContainText("Active");
  await expect.poll(() => watch.announced).toContain("Ben Lindqvist enabled");
  await other.app.signIn.as("ben");
  await expect(other.app.heading).toHaveText(KEY);
  // With the permissions they had.
  await expect(other.app.credential.save).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("signing somebody out everywhere leaves them all they may do", async ({
  app,
  elsewhere,
  other,
  watch,
}) => {
  await other.app.open("/configure/dev_center", "cleo");
  await expect(other.app.heading).toHaveText("Dev Center");
  const { user_id } = await elsewhere.user("Cleo Marchetti");
  await app.open(`${USERS}/${user_id}`);
  await app.user.button("Sign out everywhere").click();
  await app
    .dialog("Sign Cleo Marchetti out everywhere?")
    .getByRole("button", { name: "Sign out" })
    .click();
  await expect.poll(() => watch.announced).toContain("Cleo Marchetti signed out everywhere");
  await other.page.reload();
  await expect(other.app.heading).toHaveText("Sign in");
  await other.app.signIn.as("cleo");
  await other.app.walkToCredentials();
  await expect(other.app.list.createNew).toBeVisible();
});

test("nobody changes what they may do themselves, and the page says so", async ({ page, app }) => {
  await app.open(USERS);
  await app.users.name("Ada Okafor").click();
  await expect(app.user.panel).toContainText(
    "This is you. Nobody can change their own permissions: ask another Site Admin who holds " +
      `“${PERMISSIONS.edit}”.`,
  );
  await app.user.disclosure.click();
  for (const permission of ["all", "edit"] as const) {
    await expect(app.user.permission(permission)).toBeChecked();
    await expect(app.user.permission(permission)).toBeDisabled();
  }
  await expect(app.user.level).toBeDisabled();
  await expect(app.user.save).toHaveCount(0);
  await expect(app.user.facts.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("main")).not.toContainText("unsaved");
});

test("a Site Admin without the permission sees the users and changes none", async ({
  app,
  page,
  elsewhere,
}) => {
  await elsewhere.grant("Ben Lindqvist", { level: "site_admin" });
  await app.open("/", "ben");
  // Nothing else is his: the console opens there.
  await expect(app.heading).toHaveText("Users");
  await expect(app.users.add).toHaveCount(0);
  await app.users.name("Cleo Marchetti").click();
  await expect(app.user.panel).toContainText(
    `Only a Site Admin who holds “${PERMISSIONS.edit}” can change this.`,
  );
  await expect(app.user.save).toHaveCount(0);
  await expect(app.user.facts.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("whoever is no Site Admin is told so instead of shown the users", async ({ app, page }) => {
  await app.open(USERS, "cleo");
  await expect(
    page.getByRole("heading", { name: "Only a Site Admin can see who uses the console" }),
  ).toBeVisible();
  await expect(page.getByRole("table")).toHaveCount(0);
  await page.getByRole("link", { name: "Your account" }).click();
  await expect(app.heading).toHaveText("Account");
});

test("someone else saved first: nothing is lost, and one of the two is chosen", async ({
  app,
  elsewhere,
  watch,
}) => {
  const { user_id } = await elsewhere.user("Ben Lindqvist");
  await app.open(`${USERS}/${user_id}`);
  await app.user.disclosure.click();
  await app.user.permission("all").check();
  await elsewhere.grant("Ben Lindqvist", {
    level: "job_admin",
    developer_permissions: ["manage_job_board_api_credentials"],
  });
  watch.expectFailure({ status: 412, path: `/api/users/${user_id}` });
  await app.user.save.click();
  await expect(app.conflict.dialog).toMatchAriaSnapshot(`
    - dialog "Someone else saved first":
      - heading "Someone else saved first" [level=2]
      - paragraph: /someone else changed this user/
      - table:
        - rowgroup:
          - row "Saved by them Yours"
        - rowgroup:
          - row "Level Job Admin Basic"
          - row "Permissions only here Can manage Job Board related API Credentials Can manage ALL organization’s API Credentials"
      - button "Go on editing"
      - button "Take theirs"
      - button "Keep mine"
  `);
  await app.conflict.button("Go on editing").click();
  await expect(app.user.permission("all")).toBeChecked();
  watch.expectFailure({ status: 412, path: `/api/users/${user_id}` });
  await app.user.save.click();
  await app.conflict.button("Keep mine").click();
  await expect(app.user.panel).toContainText("Everything is saved");
  expect(await elsewhere.user("Ben Lindqvist")).toMatchObject({
    level: "basic",
    developer_permissions: ["manage_all_api_credentials"],
  });

  await app.user.permission("all").uncheck();
  await elsewhere.grant("Ben Lindqvist", { level: "site_admin" });
  watch.expectFailure({ status: 412, path: `/api/users/${user_id}` });
  await app.user.save.click();
  await app.conflict.button("Take theirs").click();
  await expect(app.user.level).toHaveValue("site_admin");
  await expect(app.user.permission("all")).toBeChecked();
  await expect(app.user.panel).toContainText("Everything is saved");
});

test("leaving a user with unsaved permissions asks", async ({ app, elsewhere, page }) => {
  const { user_id } = await elsewhere.user("Ben Lindqvist");
  await app.open(`${USERS}/${user_id}`);
  await app.user.disclosure.click();
  await app.user.permission("board").check();
  await app.panel("Change Log").click();
  await expect(app.leaving.dialog).toContainText("not saved and would be lost");
  await app.leaving.stay.click();
  await expect(app.user.permission("board")).toBeChecked();
  await app.reloadAnd("stay");
  await page.getByRole("button", { name: "Discard changes" }).click();
  await expect(app.user.permission("board")).not.toBeChecked();
  await app.panel("Change Log").click();
  await expect(app.heading).toHaveText("Change Log");
});
