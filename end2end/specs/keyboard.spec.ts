/**
 * The main job without a mouse, and as a screen reader tells it: where the focus is after every step,
 * and what is announced.
 */
import { tabTo } from "../fixtures/keyboard.ts";
import { PASSWORD } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";

const NAME = "JobTarget Harvest API Key";

test("a key is created, given permissions, revoked and re-enabled by keyboard alone", async ({
  page,
  app,
  harvest,
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
  await expect(app.heading).toHaveText("Dev Center");
  await expect(app.heading).toBeFocused();

  await tabTo(page, app.configure, "Shift+Tab");
  await keyboard.press("Enter");
  await tabTo(page, app.devCenter);
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("link", { name: "API Credential Management" }));
  await keyboard.press("Enter");
  await expect(app.heading).toHaveText("API Credentials");
  await expect(app.heading).toBeFocused();
  await expect(page).toHaveTitle("API Credentials · Latchkey");

  await test.step("Esc leads back to the button that opened the dialog", async () => {
    await tabTo(page, app.list.createNew);
    await keyboard.press("Enter");
    await expect(app.create.apiType).toBeVisible();
    await keyboard.press("Escape");
    await expect(app.create.dialog).toBeHidden();
    await expect(app.list.createNew).toBeFocused();
  });

  await test.step("create", async () => {
    await keyboard.press("Space");
    await expect(app.create.apiType).toBeVisible();
    await tabTo(page, app.create.apiType);
    await tabTo(page, app.create.partner);
    await keyboard.type("jobt");
    await expect(app.create.partner).toHaveAttribute("aria-expanded", "true");
    await keyboard.press("ArrowDown");
    const option = app.create.partnerOption("JobTarget");
    await expect(app.create.partner).toHaveAttribute(
      "aria-activedescendant",
      (await option.getAttribute("id")) ?? "none",
    );
    await keyboard.press("Enter");
    await expect(app.create.partner).toHaveValue("JobTarget");
    await expect(app.create.partner).toHaveAttribute("aria-expanded", "false");
    await said("Gets the 6 permissions JobTarget asks for; you can change them next.");
    await tabTo(page, app.create.description);
    await keyboard.type(NAME);
    await tabTo(page, app.create.managePermissions);
    await keyboard.press("Enter");
  });

  let key = "";
  await test.step("store", async () => {
    await expect(app.store.copy).toBeFocused();
    await keyboard.press("Enter");
    await said("Copied");
    key = await page.evaluate(() => navigator.clipboard.readText());
    await tabTo(page, app.store.stored);
    await keyboard.press("Enter");
    await expect(app.heading).toHaveText(NAME);
    await expect(app.heading).toBeFocused();
    await said(`${NAME} created`);
    await expect(page).toHaveTitle(`${NAME} · Latchkey`);
  });

  await test.step("permissions", async () => {
    await tabTo(page, app.credential.onlySelected);
    await keyboard.press("Space");
    const listJobs = app.credential.permission("Jobs", "GET: List Jobs");
    await tabTo(page, listJobs);
    await keyboard.press("Space");
    await expect(page.getByText("+0 −1 unsaved")).toBeVisible();
    await tabTo(page, app.credential.save);
    await keyboard.press("Enter");
    await said("Permissions saved");
    await expect(app.credential.save).toBeFocused();
    expect(await harvest.status(key, "/v1/jobs")).toBe(403);
    expect(await harvest.status(key, "/v1/job_posts")).toBe(200);
    await said("First call seen");
    await expect(app.credential.save).toBeFocused();
    await keyboard.press("Enter");
    await said("Everything is saved");
  });

  await test.step("revoke", async () => {
    await tabTo(page, page.getByRole("link", { name: "API Credentials" }), "Shift+Tab");
    await keyboard.press("Enter");
    await expect(app.heading).toBeFocused();
    const revoke = app.list.action("Revoke", NAME);
    await expect(revoke).toHaveCSS("opacity", "0");
    await tabTo(page, revoke);
    await expect(revoke).toHaveCSS("opacity", "1");
    await keyboard.press("Enter");
    const question = app.dialog(`Revoke “${NAME}”?`);
    // What takes nothing away has the focus.
    await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
    await keyboard.press("Escape");
    await expect(revoke).toBeFocused();
    await keyboard.press("Enter");
    await tabTo(page, question.getByRole("button", { name: "OK" }));
    await keyboard.press("Enter");
    await expect(app.list.name(NAME)).toBeFocused();
    await said(`${NAME} revoked`);
    expect(await harvest.status(key, "/v1/job_posts")).toBe(401);
  });

  await test.step("re-enable", async () => {
    await tabTo(page, app.list.action("Re-enable", NAME));
    await keyboard.press("Enter");
    await tabTo(page, app.dialog(/^Re-enable/).getByRole("button", { name: "OK" }));
    await keyboard.press("Enter");
    await expect(app.list.name(NAME)).toBeFocused();
    await said(`${NAME} re-enabled`);
    expect(await harvest.status(key, "/v1/job_posts")).toBe(200);
  });

  // All that was said, in this order, and nothing twice.
  expect(watch.announced).toEqual([
    "Gets the 6 permissions JobTarget asks for; you can change them next.",
    "Copied",
    `${NAME} created`,
    "Permissions saved",
    "First call seen",
    "Everything is saved",
    `${NAME} revoked`,
    `${NAME} re-enabled`,
  ]);
});

test("the skip link leads past the frame", async ({ page, app }) => {
  await app.open();
  await expect(app.heading).toHaveText("API Credentials");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(app.heading).toBeFocused();
  await expect(page).toHaveURL(/\/credentials$/);
});
