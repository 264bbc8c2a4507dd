/** One-time links: somebody is let in, or let in again, and chooses a password nobody else sees. */
import { Elsewhere, PASSWORD } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";
import { USERS } from "../fixtures/users.ts";

const CHOSEN = "violet tram ninety otters";

test("an invited user chooses a password and is in, and the link works once", async ({
  page,
  app,
  other,
}) => {
  let link = "";
  await test.step("ada adds dora and hands over the link", async () => {
    await app.open(USERS);
    await app.users.add.click();
    await app.addUser.fill("Dora Nowak", "Dora@example.com", "Job Admin");
    await app.addUser.permission("all").check();
    await app.addUser.submit.click();
    await expect(app.link.dialog).toContainText("It can be shown only now.");
    await expect(app.link.dialog).toContainText("It works once, within 72 hours");
    await app.link.copy.click();
    await expect(app.link.copy).toHaveText("Copied");
    link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/choose_password#[\w-]{43}$/);
    await app.link.done.click();
    await expect(app.users.row("Dora Nowak")).toContainText("Invited");
  });

  await test.step("dora opens it and is told what to do", async () => {
    await other.page.goto(link);
    await expect(other.app.heading).toHaveText("Welcome, Dora Nowak");
    // Nobody reads the secret over her shoulder, and no bookmark keeps it.
    await expect(other.page).toHaveURL(/\/choose_password$/);
    await expect(other.app.choose.password).toHaveAccessibleDescription(
      /^At least 15 characters of any kind\. Four or more random words/,
    );
    await expect(other.page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - paragraph: Latchkey
        - heading "Welcome, Dora Nowak" [level=1]
        - paragraph: Acme Robotics
        - paragraph: Choose a password to use this developer console. Nobody else gets to see it.
        - paragraph:
          - text: "Your e-mail:"
          - strong: dora@example.com
        - paragraph: /At least 15 characters/
        - textbox "Password"
        - button "Show password"
        - paragraph
        - button "Choose password"
        - paragraph: /This link works once, until \\d+ \\w+ \\d{4} at/
    `);
  });

  await test.step("what is too short or common is said at the field, and nothing is lost", async () => {
    const { choose } = other.app;
    await choose.password.fill("too short");
    await expect(other.page.getByText("9 of at least 15 characters")).toBeVisible();
    await choose.submit.click();
    await expect(choose.password).toHaveAccessibleDescription(/Use at least 15 characters\.$/);
    await expect(choose.password).toBeFocused();
    await choose.password.fill("passwordpassword");
    other.watch.expectFailure({ status: 422, path: "/api/password_links/use" });
    await choose.submit.click();
    await expect(choose.password).toHaveAccessibleDescription(
      /This password is among the first that are tried\. Choose another/,
    );
    await expect(choose.password).toHaveValue("passwordpassword");
    await expect(choose.password).toHaveAttribute("aria-invalid", "true");
  });

  await test.step("she chooses, and is in", async () => {
    await other.app.choose.password.fill(CHOSEN);
    await expect(other.page.getByText("25 characters: long enough")).toBeVisible();
    await other.page.keyboard.press("Enter");
    await expect(other.app.heading).toHaveText("Dev Center");
    await expect(other.app.accountMenu).toHaveText("Account: Dora");
    await other.app.walkToCredentials();
    await expect(other.page.getByText("No API keys yet")).toBeVisible();
    await other.app.signOut();
    await other.app.signIn.with("dora@example.com", CHOSEN);
    await expect(other.app.heading).toHaveText("API Credentials");
  });

  await test.step("a second time the link says that it was used", async () => {
    await other.app.signOut();
    await expect(other.app.heading).toHaveText("Sign in");
    other.watch.expectFailure({ status: 404, path: "/api/password_links/read" });
    await other.page.goto(link);
    await expect(other.app.heading).toHaveText("This link does not work any more");
    await expect(other.page.getByRole("main")).toContainText("It was used already");
    await expect(other.app.choose.password).toHaveCount(0);
    await other.page.getByRole("link", { name: "Go to Latchkey" }).click();
    await expect(other.app.heading).toHaveText("Sign in");
  });

  await page.reload();
  await expect(app.users.row("Dora Nowak")).toContainText("Active");
});

test("the link cannot be lost without a question", async ({ page, app }) => {
  await app.open("/configure/dev_center");
  await app.panel("Users").click();
  await app.users.add.click();
  await app.addUser.fill("Dora Nowak", "dora@example.com");
  await app.addUser.submit.click();
  const link = await app.link.link.inputValue();
  for (const way of [
    () => page.keyboard.press("Escape"),
    () => page.keyboard.press("Escape"),
    () => page.mouse.click(4, 4),
  ]) {
    await way();
    await expect(app.link.link).toHaveValue(link);
  }
  await app.reloadAnd("stay");
  await expect(app.link.link).toHaveValue(link);
  await page.evaluate(() => history.back());
  await expect(app.leaving.dialog).toContainText("it cannot be shown again");
  await app.leaving.stay.click();
  await expect(app.link.link).toHaveValue(link);
  await expect(page).toHaveURL(/\/users$/);

  // Whoever leaves all the same makes a new one; the lost one is no longer good.
  await page.evaluate(() => history.back());
  await app.leaving.leave.click();
  await expect(app.heading).toHaveText("Dev Center");
  await app.panel("Users").click();
  await app.users.name("Dora Nowak").click();
  await app.user.button("New invitation link").click();
  await app
    .dialog("Make a new invitation link for Dora Nowak?")
    .getByRole("button", { name: "Make a new link" })
    .click();
  await expect(app.link.link).not.toHaveValue(link);
  const second = await app.link.link.inputValue();
  await app.link.done.click();
  await expect(app.user.button("New invitation link")).toBeFocused();
  const dora = await Elsewhere.choose(second, CHOSEN);
  await expect(dora.credentials()).rejects.toThrow("403");
  await expect(Elsewhere.choose(link, CHOSEN)).rejects.toThrow("404");
});

test("a reset link ends the person's other sessions, and their old password", async ({
  page,
  app,
  other,
}) => {
  await other.app.open("/configure/dev_center", "cleo");
  await expect(other.app.heading).toHaveText("Dev Center");
  await app.open(USERS);
  await app.users.name("Cleo Marchetti").click();
  await app.user.button("Reset password").click();
  const question = app.dialog("Reset the password of Cleo Marchetti?");
  await expect(question).toContainText("You never see it.");
  await question.getByRole("button", { name: "Make the link" }).click();
  const link = await app.link.link.inputValue();
  await app.link.done.click();
  // Until she uses it, nothing has changed.
  await other.page.reload();
  await expect(other.app.heading).toHaveText("Dev Center");

  // In this browser ada is signed in: whoever chooses is told what becomes of that.
  await page.goto(link);
  await expect(app.heading).toHaveText("Choose a new password");
  await expect(page.getByRole("main")).toContainText(
    "Ada Okafor is signed in here. Choosing this password signs them out.",
  );
  await app.choose.password.fill(CHOSEN);
  await app.choose.submit.click();
  await expect(app.heading).toHaveText("Dev Center");
  await expect(app.accountMenu).toHaveText("Account: Cleo");

  await other.page.reload();
  await expect(other.app.heading).toHaveText("Sign in");
  other.watch.expectFailure({ status: 401, path: "/api/session" });
  await other.app.signIn.as("cleo", PASSWORD);
  await expect(other.app.failure).toContainText("do not belong together");
  await other.app.signIn.as("cleo", CHOSEN);
  await expect(other.app.heading).toHaveText("Dev Center");
});

test("a link that ends while the form is filled in says so", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { link } = await elsewhere.invite("Dora Nowak", "dora@example.com");
  await page.goto(link);
  await app.choose.password.fill(CHOSEN);
  await elsewhere.disable("Dora Nowak");
  watch.expectFailure({ status: 404, path: "/api/password_links/use" });
  await app.choose.submit.click();
  await expect(app.heading).toHaveText("This link does not work any more");
});

test("half a link, or a page loaded again, asks for the whole link", async ({
  page,
  app,
  elsewhere,
}) => {
  const { link } = await elsewhere.invite("Dora Nowak", "dora@example.com");
  await page.goto(link);
  await expect(app.choose.password).toBeVisible();
  await page.reload();
  await expect(app.heading).toHaveText("Open your link again");
  await expect(page.getByRole("main")).toContainText("it still works");
  await page.goto(link);
  await expect(app.heading).toHaveText("Welcome, Dora Nowak");
});

test("a password is masked, and shown on demand", async ({ page, app, elsewhere }) => {
  const { link } = await elsewhere.invite("Dora Nowak", "dora@example.com");
  const fields = {
    "where one is chosen": {
      open: () => page.goto(link),
      password: () => app.choose.password,
      show: () => app.choose.show,
    },
    "where somebody signs in": {
      open: () => page.goto("/sign_in"),
      password: () => app.signIn.password,
      show: () => page.getByRole("button", { name: "Show password" }),
    },
    "where the current one is asked for": {
      open: () => app.open("/account"),
      password: () => app.account.currentPassword,
      show: () => page.getByRole("button", { name: "Show current password" }),
    },
    "where it is changed": {
      open: () => page.goto("/account"),
      password: () => app.account.newPassword,
      show: () => page.getByRole("button", { name: "Show new password" }),
    },
  };
  for (const [where, { open, password, show }] of Object.entries(fields)) {
    await test.step(where, async () => {
      await open();
      await password().fill(CHOSEN);
      await expect(password()).toHaveAttribute("type", "password");
      await expect(show()).toHaveAttribute("aria-pressed", "false");
      await show().click();
      await expect(password()).toHaveAttribute("type", "text");
      await expect(password()).toHaveValue(CHOSEN);
      await expect(show()).toHaveAttribute("aria-pressed", "true");
      await show().click();
      await expect(password()).toHaveAttribute("type", "password");
    });
  }
});

test("a password can be pasted, and a password manager knows the fields", async ({
  page,
  app,
  elsewhere,
}) => {
  const { link } = await elsewhere.invite("Dora Nowak", "dora@example.com");
  await page.goto(link);
  await expect(app.choose.password).toHaveAttribute("autocomplete", "new-password");
  // Whose it is stands beside it, for the password manager alone.
  const whose = page.locator('form input[autocomplete="username"]');
  await expect(whose).toHaveValue("dora@example.com");
  // Password managers paste anything: also what is hard to type, and blanks at the ends.
  const pasted = " grüße, 密碼 & otters at 9 ";
  await page.evaluate((text) => navigator.clipboard.writeText(text), pasted);
  await app.choose.password.click();
  await page.keyboard.press("Control+V");
  await expect(app.choose.password).toHaveValue(pasted);
  await app.choose.submit.click();
  await expect(app.heading).toHaveText("Dev Center");
  await app.signOut();
  await expect(app.signIn.email).toHaveAttribute("autocomplete", "username");
  await expect(app.signIn.password).toHaveAttribute("autocomplete", "current-password");
  await app.signIn.email.fill("dora@example.com");
  await app.signIn.password.click();
  await page.keyboard.press("Control+V");
  await expect(app.signIn.password).toHaveValue(pasted);
  await app.signIn.button.click();
  await expect(app.heading).toHaveText("Dev Center");

  await page.goto("/account");
  await expect(whose).toHaveValue("dora@example.com");
  for (const [field, kind] of [
    [app.account.currentPassword, "current-password"],
    [app.account.newPassword, "new-password"],
  ] as const) {
    await expect(field).toHaveAttribute("autocomplete", kind);
    await field.click();
    await page.keyboard.press("Control+V");
    await expect(field).toHaveValue(pasted);
  }
});
