/** Every screen in both schemes under axe, on narrow and touch screens, and when the page cannot run. */
import { devices, type Page } from "@playwright/test";
import { CREDENTIALS } from "../fixtures/app.ts";
import { expectAccessible, expectAccessibleLooks } from "../fixtures/axe.ts";
import { FIRST_SCREENS, PEOPLE_SCREENS } from "../fixtures/people_screens.ts";
import { blockWasm, fillList, NAME, SCREENS } from "../fixtures/screens.ts";
import { expect, test } from "../fixtures/test.ts";

for (const [name, show] of Object.entries({ ...SCREENS, ...PEOPLE_SCREENS })) {
  test(`${name}: readable in both schemes, and on a phone`, async ({
    page,
    app,
    elsewhere,
    harvest,
    watch,
  }) => {
    await expectReadable(page, () => show({ page, app, elsewhere, harvest, watch }));
  });
}

test.describe("where nobody can sign in yet", () => {
  test.use({ organization: "empty" });

  for (const [name, show] of Object.entries(FIRST_SCREENS)) {
    test(`${name}: readable in both schemes, and on a phone`, async ({ page, app, server }) => {
      await expectReadable(page, () => show({ page, app, server }));
    });
  }
});

test("the chosen appearance holds against the system's, also after a reload", async ({
  page,
  app,
}) => {
  await page.emulateMedia({ colorScheme: "light" });
  await app.open();
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await expect(app.heading).toBeVisible();
  const light = await ground();
  await app.accountMenu.click();
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await expect(app.heading).toBeVisible();
  expect(await ground()).toBe(dark);
  await page.emulateMedia({ colorScheme: "dark" });
  await app.accountMenu.click();
  await page.getByRole("radio", { name: "Light" }).check();
  await expect.poll(ground).toBe(light);
  await page.getByRole("radio", { name: "Auto" }).check();
  await expect.poll(ground).toBe(dark);
});

test.describe("on a touch screen", () => {
  const { viewport, hasTouch, isMobile } = devices["Pixel 7"];
  test.use({ viewport, hasTouch, isMobile });

  test("the actions of a row are always there, and large enough", async ({ app, elsewhere }) => {
    await fillList(elsewhere);
    await app.open();
    for (const [action, name] of [
      ["Edit", NAME],
      ["Revoke", NAME],
      ["Re-enable", "Old careers page"],
    ] as const) {
      const button = app.list.action(action, name);
      await expect(button).toHaveCSS("opacity", "1");
      const box = await button.boundingBox();
      expect(Math.min(box?.height ?? 0, box?.width ?? 0), action).toBeGreaterThanOrEqual(44);
    }
    await app.list.action("Revoke", NAME).tap();
    await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).tap();
    await expect(app.list.action("Re-enable", NAME)).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page says what it needs", async ({ page, watch }) => {
    // Chromium fetches no module ahead for a page that may not run it, and logs that.
    watch.expectFailure({ status: "none", path: /\.js$/, times: "any" });
    await page.goto("/");
    await expect(
      page.getByRole("heading", { name: "Latchkey needs JavaScript and WebAssembly" }),
    ).toBeVisible();
  });
});

test("without its program the page says so and can be loaded again", async ({
  page,
  app,
  watch,
}) => {
  await blockWasm(page, watch);
  await page.goto("/");
  const panel = page.getByRole("dialog", { name: "Latchkey could not be loaded" });
  await expect(panel).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(panel).toBeVisible();
  await page.unroute("**/*.wasm");
  await panel.getByRole("button", { name: "Reload" }).click();
  await expect(app.heading).toHaveText("Sign in");
});

test("a page that died says so, lets what was typed be read, and can be loaded again", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { credential } = await elsewhere.create(NAME);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await app.credential.description.fill("A long text, typed with care");
  watch.expectPanic();
  // What the program's panic hook does.
  await page.evaluate(() =>
    dispatchEvent(new CustomEvent("latchkey-panic", { detail: "panicked at src/pages.rs" })),
  );
  const panel = page.getByRole("dialog", { name: "Something went wrong in this page" });
  await expect(panel).toContainText("panicked at src/pages.rs");
  await expect(panel.getByRole("button", { name: "Reload" })).toBeFocused();
  await expectAccessible(page);

  await panel.getByRole("button", { name: "Look at the page first" }).click();
  await expect(panel).toBeHidden();
  await expect(app.credential.description).toHaveValue("A long text, typed with care");
  await app.credential.save.click();
  await expect(panel).toBeVisible();
  page.once("dialog", (dialog) => dialog.accept());
  await panel.getByRole("button", { name: "Reload" }).click();
  await expect(app.credential.description).toHaveValue(NAME);
});

/** The screen in light, in dark, and at 360 px. */
async function expectReadable(page: Page, show: () => Promise<void>): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await show();
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessibleLooks(page);

  await page.setViewportSize({ width: 360, height: 740 });
  const tooWide = () =>
    page.evaluate(() => {
      const inside = [document.documentElement, ...document.querySelectorAll("dialog[open]")];
      return inside
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map((element) => `${element.tagName} ${element.scrollWidth} > ${element.clientWidth}`);
    });
  await expect.poll(tooWide, "what scrolls sideways at 360 px").toEqual([]);
  await expectAccessibleLooks(page);
}
