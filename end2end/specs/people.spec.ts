/** Who may do what, as each of them sees it; and the ways in and out. */
import { ACCOUNT } from "../fixtures/account.ts";
import { CREDENTIALS } from "../fixtures/app.ts";
import { BOARD } from "../fixtures/board.ts";
import { CHANGE_LOG } from "../fixtures/change_log.ts";
import { UNAUTHENTICATED } from "../fixtures/harvest.ts";
import { expect, test } from "../fixtures/test.ts";
import { USERS } from "../fixtures/users.ts";

test("ben, without a developer permission, sees who can grant one", async ({ page, app }) => {
  await page.goto("/");
  await app.signIn.as("ben");
  await expect(app.heading).toHaveText("Dev Center");
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - heading "Dev Center" [level=1]
      - heading "You need a developer permission to work here" [level=2]
      - paragraph: "One of these opens the Dev Center for you:"
      - list:
        - listitem: Can manage ALL organization’s API Credentials
        - listitem: Can manage Job Board related API Credentials
      - paragraph: "These people can grant it:"
      - list:
        - listitem:
          - text: Ada Okafor ·
          - link "ada@example.com":
            - /url: mailto:ada@example.com
      - link "Ask by e-mail":
        - /url: /^mailto:ada@example\\.com\\?subject=/
      - button "Check again"
      - status
      - paragraph: As soon as somebody grants it, the Dev Center is open.
  `);

  // The same stands where he may not go.
  await page.goto(CREDENTIALS);
  await expect(app.heading).toHaveText("Dev Center");
  await expect(page.getByRole("main")).toContainText("These people can grant it:");
  await expect(page).toHaveURL(/\/configure\/dev_center$/);
});

test("ben asks for access, checks again, and is let in once ada has granted it", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  await page.goto("/");
  await app.signIn.as("ben");
  const ask = await page.getByRole("link", { name: "Ask by e-mail" }).getAttribute("href");
  const mail = new URL(ask ?? "");
  expect(mail.pathname).toBe("ada@example.com");
  expect(mail.searchParams.get("subject")).toBe("A developer permission in Latchkey");
  expect(mail.searchParams.get("body")).toContain(
    "please give me (ben@example.com) the developer permission “Can manage ALL organization’s API " +
      "Credentials” in the Latchkey console of Acme Robotics: Configure > Users > Ben Lindqvist > " +
      "Permissions.",
  );

  const check = page.getByRole("button", { name: "Check again" });
  await check.click();
  await expect(page.getByRole("status").first()).toHaveText(
    "Checked just now: nobody has granted one yet.",
  );
  await expect
    .poll(() => watch.announced)
    .toContain("Checked just now: nobody has granted one yet.");
  await elsewhere.grant("Ben Lindqvist", {
    developer_permissions: ["manage_job_board_api_credentials"],
  });
  await check.click();
  await expect(app.heading).toHaveText("Dev Center");
  await app.walkToCredentials();
  await expect(app.list.createNew).toBeVisible();
});

test("cleo is offered Job Board credentials only, and creates one", async ({
  page,
  app,
  harvest,
  elsewhere,
}) => {
  await elsewhere.create("A Harvest key");
  await page.goto("/");
  await app.signIn.as("cleo");
  await app.walkToCredentials();
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  await app.list.createNew.click();
  await expect(app.create.apiType.getByRole("option")).toHaveText(["Job Board"]);
  await app.create.fill("Custom integration", "Careers page", "Job Board");
  await expect(app.create.dialog).toContainText("A Job Board key has no permissions to choose.");
  await expect(app.create.managePermissions).toHaveCount(0);
  await app.create.create.click();
  const key = await app.store.key.inputValue();
  expect(key).toMatch(/^lkb_/);
  await app.store.stored.click();

  await expect(app.store.dialog).toBeHidden();
  await expect(page).toHaveURL(/\/credentials$/);
  await expect(await app.list.cell("Careers page", "Status")).toHaveText("Active");
  // A key of another type opens nothing here.
  expect(await harvest.get(key, "/v1/jobs")).toEqual(UNAUTHENTICATED);
  await app.list.name("Careers page").click();
  await expect(app.heading).toHaveText("Careers page");
  await expect(page.getByRole("main")).toContainText("there are no permissions to manage");
  await expect(app.credential.permissions).toHaveCount(0);
  await app.credential.description.fill("Careers page, spring");
  await app.credential.save.click();
  await expect(app.heading).toHaveText("Careers page, spring");
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - paragraph:
        - link "API Credentials"
      - heading "Careers page, spring" [level=1]
      - region "About this credential":
        - term: Partner
        - definition: Custom integration
        - term: API type
        - definition: Job Board
        - term: Status
        - definition: Active
      - textbox "Description": Careers page, spring
      - paragraph: /there are no permissions to manage/
      - text: Everything is saved
      - button "Save"
  `);
});

test("cleo's change log shows Job Board things and her own, and nothing else", async ({
  page,
  app,
  elsewhere,
}) => {
  const hers = await elsewhere.create("Careers page", {
    api_type: "job_board",
    partner: "custom_integration",
  });
  await elsewhere.create("A Harvest key");
  await elsewhere.revoke(hers.credential.id);
  await app.open("/", "cleo");
  await app.panel("Change Log").click();
  await expect(app.heading).toHaveText("Change Log");
  await expect(page.getByRole("main")).toContainText(
    "You see what was done with Job Board credentials and job boards, and what you did yourself.",
  );
  await expect(app.changeLog.entries).toHaveText([
    /Cleo Marchetti.*Signed in/,
    /Ada Okafor.*Revoked API credential Careers page/,
    /Ada Okafor.*Confirmed as stored Careers page/,
    /Ada Okafor.*Created API credential Careers page/,
  ]);
  // What leads further is a link only where she may go.
  await app.changeLog.entries.nth(1).getByRole("link", { name: "Careers page" }).click();
  await expect(app.heading).toHaveText("Careers page");
});

test("another's credential is none that cleo may see", async ({ app, elsewhere, watch }) => {
  const { credential } = await elsewhere.create("A Harvest key");
  watch.expectFailure({ status: 404, path: `/api/credentials/${credential.id}` });
  await app.open(`${CREDENTIALS}/${credential.id}`, "cleo");
  await expect(app.failure).toContainText("There is no such thing here, or none that you may see.");
});

test("a wrong password is said at the field and can be put right", async ({
  page,
  app,
  watch,
}) => {
  await page.goto("/");
  watch.expectFailure({ status: 401, path: "/api/session", times: 2 });
  await app.signIn.as("ada", "latchkey-Demo");
  await expect(app.failure).toContainText("This e-mail and password do not belong together.");
  await expect(app.signIn.password).toBeFocused();
  await expect(app.signIn.password).toHaveAccessibleDescription(/do not belong together/);
  await expect(app.signIn.email).toHaveValue("ada@example.com");
  const said = await app.failure.textContent();

  // Somebody who does not exist gets the same answer.
  await app.signIn.email.fill("nobody@example.com");
  await app.signIn.button.click();
  await expect(app.failure).toContainText("This e-mail and password do not belong together.");
  expect(withoutId(await app.failure.textContent())).toBe(withoutId(said));

  await app.signIn.as("ada");
  await expect(app.heading).toHaveText("Dev Center");
});

test("a deep link leads through the sign-in page to where it points", async ({
  page,
  app,
  elsewhere,
}) => {
  const { credential } = await elsewhere.create("JobTarget Harvest API Key");
  await page.goto(`${CREDENTIALS}/${credential.id}`);
  await expect(app.heading).toHaveText("Sign in");
  await app.signIn.as("ada");
  await expect(app.heading).toHaveText("JobTarget Harvest API Key");
  await expect(page).toHaveURL(new RegExp(`${CREDENTIALS}/${credential.id}$`));

  // Also with filters, which are part of the address.
  await page.goto("about:blank");
  await page.context().clearCookies();
  await page.goto(`${CREDENTIALS}?q=target&status=active`);
  await app.signIn.as("ada");
  await expect(app.list.name("JobTarget Harvest API Key")).toBeVisible();
  await expect(page).toHaveURL(/\?q=target&status=active$/);
  await expect(page.getByLabel("Filter by description")).toHaveValue("target");
  // Going back from there does not lead to the sign-in page.
  expect(await page.evaluate(() => location.pathname)).toBe(CREDENTIALS);
});

test("signing out ends the session, here and for every copy of its cookie", async ({
  page,
  app,
}) => {
  await app.open("/configure/dev_center");
  await app.walkToCredentials();
  await expect(app.heading).toHaveText("API Credentials");
  const cookies = await page.context().cookies();
  expect(cookies.map((cookie) => cookie.name)).toEqual(["latchkey_session", "latchkey_device"]);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
  await app.accountMenu.click();
  await expect(page.getByText("Ada Okafor")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(app.heading).toHaveText("Sign in");

  await page.goBack();
  await expect(app.heading).toHaveText("Sign in");
  await expect(page.getByRole("main")).not.toContainText("API Credential");
  await page.context().addCookies(cookies);
  const state = await (await page.request.get("/api/session")).json();
  expect(state.session).toBeNull();
});

test("signing out is in sight on every screen, also on a phone", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { credential } = await elsewhere.create("A key");
  // The page of one that works waits for its first call.
  await elsewhere.revoke(credential.id);
  watch.expectFailure({ status: 404, path: "/nowhere", times: "any" });
  const { user_id } = await elsewhere.user("Ben Lindqvist");
  for (const path of [
    "/configure/dev_center",
    CREDENTIALS,
    `${CREDENTIALS}/${credential.id}`,
    BOARD,
    USERS,
    `${USERS}/${user_id}`,
    CHANGE_LOG,
    ACCOUNT,
    "/nowhere",
  ]) {
    await test.step(path, async () => {
      await page.setViewportSize({ width: 1280, height: 720 });
      await app.open(path);
      await expect(app.accountMenu).toBeInViewport();
      await page.setViewportSize({ width: 360, height: 640 });
      // Also at the end of a long screen.
      await page.keyboard.press("End");
      await expect(app.accountMenu).toBeInViewport({ ratio: 1 });
      await app.settled();
      await app.signOut();
      await expect(app.heading).toHaveText("Sign in");
      expect((await (await page.request.get("/api/session")).json()).session).toBeNull();
    });
  }
});

test("an unknown address is a page that leads on", async ({ page, app, watch }) => {
  watch.expectFailure({ status: 404, path: "/configure/dev_centre" });
  await app.open("/configure/dev_centre");
  await expect(app.heading).toHaveText("Page not found");
  await expect(page).toHaveTitle("Page not found · Latchkey");
  await page.getByRole("link", { name: "Go to the start" }).click();
  await expect(app.heading).toHaveText("Dev Center");
});

/** The request id differs from answer to answer. */
function withoutId(text: string | null): string {
  return (text ?? "").replace(/req_\w+/, "");
}
