/** What people see and change of their own: name, password, sessions, appearance. */
import { ACCOUNT } from "../fixtures/account.ts";
import { PASSWORD } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";

const CHOSEN = "violet tram ninety otters";

test("the page shows who somebody is and what they may do, and their name can be changed", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  await app.open("/configure/dev_center", "ben");
  await app.accountMenu.click();
  await page.getByRole("link", { name: "Your account" }).click();
  await expect(app.heading).toHaveText("Account");
  await expect(app.account.name).toHaveValue("Ben Lindqvist");
  await app.account.name.fill("  ");
  await app.account.saveName.click();
  await expect(app.account.name).toHaveAccessibleDescription("Enter a name.");
  await expect(app.account.name).toBeFocused();

  await app.account.name.fill("Ben Ståhl");
  await app.panel("Dev Center").click();
  await expect(app.leaving.dialog).toContainText("Your new name is not saved and would be lost.");
  await app.leaving.stay.click();
  await app.account.saveName.click();
  await expect(app.account.part("About you")).toContainText("Name saved");
  await expect.poll(() => watch.announced).toContain("Name saved");
  await app.accountMenu.click();
  await expect(page.locator("#account-menu")).toContainText("Ben Ståhl");
  await page.keyboard.press("Escape");
  expect((await elsewhere.user("Ben Ståhl")).email).toBe("ben@example.com");

  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - heading "Account" [level=1]
      - region "About you":
        - heading "About you" [level=2]
        - term: E-mail
        - definition: ben@example.com
        - term: Level
        - definition: Basic
        - term: Developer permissions
        - definition: None
        - paragraph: /Someone else decides these/
        - text: Name
        - textbox "Name": Ben Ståhl
        - button "Save"
        - text: Name saved
      - region "Password":
        - heading "Password" [level=2]
        - paragraph: All your other sessions end when you change it.
        - text: Current password
        - textbox "Current password"
        - button "Show current password"
        - text: New password
        - paragraph: /At least 15 characters/
        - textbox "New password"
        - button "Show new password"
        - button "Change password"
      - region "Sessions":
        - heading "Sessions" [level=2]
        - list:
          - listitem: /This session.*127\\.0\\.0\\.1 · signed in/
        - paragraph: You are signed in here only.
      - region "Appearance":
        - heading "Appearance" [level=2]
        - group "Appearance":
          - radio "Auto" [checked]
          - radio "Light"
          - radio "Dark"
  `);
});

test("a new password takes the current one, ends the other sessions and lets nobody in with the old", async ({
  page,
  app,
  other,
  watch,
}) => {
  await other.app.open(ACCOUNT, "ben");
  await expect(other.app.heading).toHaveText("Account");
  await app.open(ACCOUNT, "ben");
  const { currentPassword, newPassword, changePassword } = app.account;
  await changePassword.click();
  await expect(currentPassword).toHaveAccessibleDescription("Enter your current password.");
  await expect(newPassword).toHaveAccessibleDescription(/Use at least 15 characters\.$/);
  await expect(currentPassword).toBeFocused();

  await test.step("the wrong current one is said at its field", async () => {
    await currentPassword.fill("latchkey-Demo");
    await newPassword.fill(CHOSEN);
    watch.expectFailure({ status: 401, path: "/api/account/password" });
    await changePassword.click();
    await expect(currentPassword).toHaveAccessibleDescription("This is not your current password.");
    await expect(currentPassword).toBeFocused();
    await expect(newPassword).toHaveValue(CHOSEN);
  });
  await test.step("a common new one is said at its field", async () => {
    await currentPassword.fill(PASSWORD);
    await newPassword.fill("qwerty123456789");
    watch.expectFailure({ status: 422, path: "/api/account/password" });
    await changePassword.click();
    await expect(newPassword).toHaveAccessibleDescription(/is among the first that are tried/);
    await expect(newPassword).toBeFocused();
    await expect(currentPassword).toHaveValue(PASSWORD);
    await expect(currentPassword).not.toHaveAttribute("aria-invalid");
  });

  await newPassword.fill(CHOSEN);
  await changePassword.click();
  await expect(app.account.part("Password")).toContainText("Password changed");
  await expect
    .poll(() => watch.announced)
    .toContain("Password changed. Your other sessions have ended.");
  await expect(currentPassword).toHaveValue("");
  await expect(newPassword).toHaveValue("");
  await expect(app.account.part("Sessions")).toContainText("You are signed in here only.");
  // Here it goes on.
  await page.reload();
  await expect(app.heading).toHaveText("Account");

  await other.page.reload();
  await expect(other.app.heading).toHaveText("Sign in");
  other.watch.expectFailure({ status: 401, path: "/api/session" });
  await other.app.signIn.as("ben");
  await expect(other.app.failure).toContainText("do not belong together");
  await other.app.signIn.as("ben", CHOSEN);
  await expect(other.app.heading).toHaveText("Account");
});

test("sessions are listed with browser, address and time, and each can be ended", async ({
  app,
  other,
  elsewhere,
  watch,
}) => {
  await other.app.open(ACCOUNT);
  await expect(other.app.account.sessions).toHaveCount(2);
  await app.open(ACCOUNT);
  const { sessions, endOthers } = app.account;
  await expect(sessions).toHaveCount(3);
  await expect(sessions.filter({ hasText: "This session" })).toHaveText(
    /^Chrome on Linux.*127\.0\.0\.1 · signed in .* · last seen /,
  );
  const browsers = sessions.filter({ hasText: "Chrome on Linux" });
  await expect(browsers).toHaveCount(2);

  await test.step("one", async () => {
    const theirs = browsers.filter({ hasNotText: "This session" });
    await theirs
      .getByRole("button", { name: "End the session of Chrome on Linux, 127.0.0.1" })
      .click();
    await expect(sessions).toHaveCount(2);
    await expect.poll(() => watch.announced).toContain("Session ended");
    await expect(app.account.part("Sessions").getByRole("heading")).toBeFocused();
    await other.page.reload();
    await expect(other.app.heading).toHaveText("Sign in");
    await other.app.signIn.as("ada");
    await expect(other.app.heading).toHaveText("Account");
    expect(await elsewhere.credentials()).toEqual([]);
  });

  await test.step("all others", async () => {
    await endOthers.click();
    const question = app.dialog("End all other sessions?");
    await expect(question).toContainText("Here you stay signed in.");
    await question.getByRole("button", { name: "OK" }).click();
    await expect(question).toBeHidden();
    await expect(sessions).toHaveCount(1);
    await expect(app.account.part("Sessions")).toContainText("You are signed in here only.");
    await expect(endOthers).toHaveCount(0);
    await expect.poll(() => watch.announced).toContain("All other sessions ended");
    await other.page.reload();
    await expect(other.app.heading).toHaveText("Sign in");
    await expect(elsewhere.credentials()).rejects.toThrow("401");
  });
});

test("the appearance is this browser's, and outlives signing out", async ({ page, app }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await app.open(ACCOUNT);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await expect(app.heading).toBeVisible();
  const light = await ground();
  await app.account.part("Appearance").getByRole("radio", { name: "Dark" }).check();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  // The menu shows the same choice.
  await app.accountMenu.click();
  await expect(page.locator("#account-menu").getByRole("radio", { name: "Dark" })).toBeChecked();
  await page.keyboard.press("Escape");
  await app.signOut();
  await expect(app.heading).toHaveText("Sign in");
  expect(await ground()).toBe(dark);
  await page.reload();
  await expect(app.heading).toHaveText("Sign in");
  expect(await ground()).toBe(dark);
});
