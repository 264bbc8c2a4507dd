/** The first start: nobody is there, there is no default account, and the program prints the way in. */
import { startOn } from "../fixtures/server.ts";
import { expect, test } from "../fixtures/test.ts";
import { USERS } from "../fixtures/users.ts";

test.use({ organization: "empty" });

const CHOSEN = "violet tram ninety otters";

test("an empty server prints the address at which the first Site Admin is created, once", async ({
  page,
  app,
  other,
  server,
  watch,
}, testInfo) => {
  const [what, address, ...rest] = server.printed;
  expect(what).toBe("Nobody can sign in yet. Create the first Site Admin within 15 minutes at");
  expect(address).toMatch(new RegExp(`^${server.origin}/choose_password#[\\w-]{43}$`));
  expect(rest).toEqual([`listening on ${server.origin}`]);
  // It is printed for whoever started the program, and in no log.
  expect(server.log()).not.toContain(new URL(address).hash.slice(1));

  await test.step("the sign-in page explains, and takes the code", async () => {
    await page.goto("/");
    await expect(page).toHaveURL(/\/sign_in/);
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - paragraph: Latchkey
        - heading "Create the first Site Admin" [level=1]
        - paragraph: /When Latchkey started, it printed a one-time address\\./
        - text: One-time code
        - textbox "One-time code"
        - button "Go on"
        - paragraph:
          - text: /good for 15 minutes/
          - code: latchkey create-admin
    `);
    const code = page.getByLabel("One-time code");
    await page.getByRole("button", { name: "Go on" }).click();
    await expect(code).toHaveAccessibleDescription(/Paste the address or the code/);
    await code.fill(address);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/choose_password$/);
    await expect(app.choose.name).toBeVisible();
  });

  await test.step("she says who she is and chooses a password", async () => {
    await expect(app.heading).toHaveText("Create the first Site Admin");
    await app.choose.createSiteAdmin.click();
    await expect(app.choose.name).toHaveAccessibleDescription("Enter a name.");
    await expect(app.choose.name).toBeFocused();
    await app.choose.name.fill("Grace Abara");
    await app.choose.email.fill("grace@example.com");
    // Her own name is no secret.
    await app.choose.password.fill("grace.abara@example.com");
    watch.expectFailure({ status: 422, path: "/api/password_links/use" });
    await app.choose.createSiteAdmin.click();
    await expect(app.choose.password).toHaveAccessibleDescription(/little more than names and words/);
    await expect(app.choose.email).toHaveValue("grace@example.com");
    await app.choose.password.fill(CHOSEN);
    await app.choose.createSiteAdmin.click();
  });

  await test.step("she is in, and may do everything", async () => {
    await expect(app.heading).toHaveText("Dev Center");
    await app.walkToCredentials();
    await expect(app.list.createNew).toBeVisible();
    await app.panel("Users").click();
    await expect(app.users.add).toBeVisible();
    await expect(app.users.row("Grace Abara")).toContainText("Others’ advanced permissions");
    await expect(page.getByRole("row")).toHaveCount(2);
  });

  await test.step("the address is good for nobody else", async () => {
    other.watch.expectFailure({ status: 404, path: "/api/password_links/read" });
    await other.page.goto(address);
    await expect(other.app.heading).toHaveText("This link does not work any more");
    await other.page.getByRole("link", { name: "Go to Latchkey" }).click();
    await expect(other.app.signIn.email).toBeVisible();
  });

  await test.step("started again, it prints nothing but where it listens", async () => {
    await page.goto("about:blank");
    await other.page.goto("about:blank");
    await server.stop();
    const again = await startOn(testInfo.outputPath("latchkey.db"));
    try {
      expect(again.printed).toEqual([`listening on ${again.origin}`]);
      await page.goto(again.origin + USERS);
      // The session has outlived the restart.
      await expect(app.users.row("Grace Abara")).toBeVisible();
      await app.signOut();
      await app.signIn.with("grace@example.com", CHOSEN);
      // The one test on a file: what it writes waits for the disk, which others may keep busy.
      await expect(app.heading).toHaveText("Users", { timeout: 30_000 });
      await expect(app.users.row("Grace Abara")).toBeVisible();
    } finally {
      await page.goto("about:blank");
      await again.stop();
    }
  });
});

test("a code that nobody printed opens nothing", async ({ page, app, watch }) => {
  await page.goto("/sign_in");
  await page.getByLabel("One-time code").fill("let-me-in");
  watch.expectFailure({ status: 404, path: "/api/password_links/read" });
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(app.heading).toHaveText("This link does not work any more");
  await expect(page.getByRole("main")).toContainText("restart Latchkey: it prints a new address");
});
