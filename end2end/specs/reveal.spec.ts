/** `Store your API key`: the key is on a screen this one time, and cannot be lost by accident. */
import type { Page } from "@playwright/test";
import type { App } from "../fixtures/app.ts";
import { expect, test } from "../fixtures/test.ts";

const NAME = "JobTarget Harvest API Key";

/** Up to the dialog that shows the key, over a list that was reached from the Dev Center. */
async function reveal(app: App): Promise<string> {
  await app.open("/configure/dev_center");
  await app.walkToCredentials();
  await app.list.createNew.click();
  await app.create.fill("JobTarget", NAME);
  await app.create.managePermissions.click();
  await expect(app.store.dialog).toBeVisible();
  return app.store.key.inputValue();
}

async function expectStillThere(app: App, key: string): Promise<void> {
  await expect(app.store.dialog).toBeVisible();
  await expect(app.store.key).toHaveValue(key);
}

test("Esc and a click outside do not close it", async ({ page, app }) => {
  const key = await reveal(app);
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("Escape");
  await expectStillThere(app, key);
  await page.mouse.click(5, 5);
  await page.mouse.click(5, 400);
  await expectStillThere(app, key);
  await app.store.stored.click();
  await expect(app.heading).toHaveText(NAME);
});

test("a reload asks first", async ({ page, app }) => {
  const key = await reveal(app);
  await app.reloadAnd("stay");
  await expectStillThere(app, key);

  await app.reloadAnd("leave");
  await expect(app.store.dialog).toBeHidden();
  await expect(await app.list.cell(NAME, "Status")).toHaveText("Not stored yet");

  // It stands there until somebody confirms it.
  await app.list.name(NAME).click();
  await expect(page.getByText("Nobody has confirmed that this API key is stored.")).toBeVisible();
  await app.credential.button("I have stored the API Key").click();
  await expect(page.getByText("Nobody has confirmed that this API key is stored.")).toBeHidden();
  await expect(page.getByText("Not stored yet")).toHaveCount(0);
});

test("the back button asks first", async ({ page, app }) => {
  const key = await reveal(app);
  await back(page);
  await expect(app.leaving.dialog).toContainText("it cannot be shown again");
  await app.leaving.stay.click();
  await expect(app.leaving.dialog).toBeHidden();
  await expectStillThere(app, key);
  await expect(page).toHaveURL(/\/credentials$/);

  await back(page);
  await app.leaving.leave.click();
  await expect(app.heading).toHaveText("Dev Center");
  await expect(app.store.dialog).toBeHidden();
  await expect(page).toHaveURL(/\/dev_center$/);
});

test("a stored key asks nothing any more", async ({ page, app }) => {
  await reveal(app);
  await app.store.stored.click();
  await expect(app.heading).toHaveText(NAME);
  await page.reload();
  await expect(app.heading).toHaveText(NAME);
  await page.goBack();
  await expect(app.heading).toHaveText("API Credentials");
  await expect(app.store.dialog).toBeHidden();
});

test("a failure to confirm keeps the key on the screen", async ({ page, app, watch }) => {
  const key = await reveal(app);
  watch.expectFailure({ status: "none", path: /\/store$/ });
  await page.route("**/api/credentials/*/store", (route) => route.abort());
  await app.store.stored.click();
  await expect(app.failure).toContainText("Latchkey did not answer.");
  await expectStillThere(app, key);
  await page.unroute("**/api/credentials/*/store");
  await app.store.stored.click();
  await expect(app.heading).toHaveText(NAME);
});

test("without a clipboard the old way of copying is taken", async ({ page, app }) => {
  // As on plain http, elsewhere than on this machine.
  await page.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined }),
  );
  const key = await reveal(app);
  await app.store.copy.click();
  await expect(app.store.copy).toHaveText("Copied");
  expect(await pasted(page, app)).toBe(key);
});

test("where nothing may copy, the key is selected and the person told how", async ({
  page,
  app,
  watch,
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined });
    Document.prototype.execCommand = () => false;
  });
  const key = await reveal(app);
  await app.store.copy.click();
  const byHand = "It is selected: press Ctrl+C, or ⌘C on a Mac, to copy it.";
  await expect(app.store.dialog.getByText(byHand).first()).toBeVisible();
  await expect(app.store.copy).toHaveText("Copy");
  await expect.poll(() => watch.announced).toContain(byHand);
  await expect(app.store.key).toBeFocused();
  await page.keyboard.press("Control+C");
  expect(await pasted(page, app)).toBe(key);
});

test("a clipboard that refuses is no end either", async ({ page, app }) => {
  await page.addInitScript(() => {
    const refuse = () => Promise.reject(new DOMException("Write permission denied."));
    Clipboard.prototype.writeText = refuse;
  });
  const key = await reveal(app);
  await app.store.copy.click();
  await expect(app.store.copy).toHaveText("Copied");
  expect(await pasted(page, app)).toBe(key);
});

/** The button, not `page.goBack()`: that one waits for a page which staying never brings. */
async function back(page: Page): Promise<void> {
  await page.evaluate(() => history.back());
}

/** What a person gets who pastes. */
async function pasted(page: Page, app: App): Promise<string> {
  await app.store.stored.click();
  await app.credential.search.click();
  await page.keyboard.press("Control+V");
  return app.credential.search.inputValue();
}
