/** Every screen in both schemes under axe, on narrow and touch screens, and when the page cannot run. */
import { devices, type Page } from "@playwright/test";
import { CREDENTIALS, type App } from "../fixtures/app.ts";
import { expectAccessible, expectAccessibleLooks } from "../fixtures/axe.ts";
import type { Elsewhere } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";
import type { Watch } from "../fixtures/watch.ts";

const NAME = "JobTarget Harvest API Key";

interface Around {
  page: Page;
  app: App;
  elsewhere: Elsewhere;
  watch: Watch;
}

/** Every screen and dialog there is, by name, and the way to it from a fresh start. */
const SCREENS: Record<string, (around: Around) => Promise<void>> = {
  "sign in": async ({ page, app, watch }) => {
    await page.goto("/");
    watch.expectFailure({ status: 401, path: "/api/session" });
    await app.signIn.as("ada", "wrong");
    await expect(app.failure).toBeVisible();
  },
  "Dev Center": async ({ app }) => {
    await app.open("/configure/dev_center");
    await expect(app.heading).toHaveText("Dev Center");
  },
  "Dev Center without a permission": async ({ page, app }) => {
    await app.open("/configure/dev_center", "ben");
    await expect(page.getByText("These people can grant it:")).toBeVisible();
  },
  "account menu": async ({ page, app }) => {
    await app.open("/configure/dev_center");
    await app.accountMenu.click();
    await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  },
  "no credentials yet": async ({ page, app }) => {
    await app.open();
    await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  },
  "credentials": async ({ app, elsewhere }) => {
    await fillList(elsewhere);
    await app.open();
    await app.list.row(NAME).hover();
    await expect(app.list.action("Revoke", NAME)).toHaveCSS("opacity", "1");
  },
  "credentials that match no filter": async ({ page, app, elsewhere }) => {
    await fillList(elsewhere);
    await app.open(`${CREDENTIALS}?q=nothing`);
    await expect(page.getByRole("link", { name: "Clear filters" })).toBeVisible();
  },
  "failure": async ({ app, page, watch }) => {
    await page.route("**/api/credentials", (route) => route.abort());
    watch.expectFailure({ status: "none", path: "/api/credentials" });
    await app.open();
    await expect(app.failure).toBeVisible();
  },
  "Create New Credential": async ({ app, page }) => {
    await app.open();
    await app.list.createNew.click();
    await app.create.managePermissions.click();
    await expect(app.create.partner).toHaveAttribute("aria-invalid", "true");
    await app.create.partner.click();
    await page.keyboard.press("ArrowDown");
    await expect(app.create.partnerOption("JobTarget")).toBeVisible();
  },
  "Store your API key": async ({ app }) => {
    await app.open();
    await app.list.createNew.click();
    await app.create.fill("JobTarget", NAME);
    await app.create.managePermissions.click();
    await app.store.copy.click();
    await expect(app.store.copy).toHaveText("Copied");
  },
  "the question before leaving": async ({ page, app, elsewhere }) => {
    const { credential } = await elsewhere.create(NAME);
    await app.open(`${CREDENTIALS}/${credential.id}`);
    await app.credential.description.fill("Something else");
    await page.getByRole("main").getByRole("link", { name: "API Credentials" }).click();
    await expect(app.leaving.dialog).toBeVisible();
  },
  "Revoke": async ({ app, elsewhere }) => {
    const { credential } = await elsewhere.create(NAME);
    await app.open(`${CREDENTIALS}/${credential.id}`);
    await app.credential.button("Revoke").click();
    await expect(app.dialog(/^Revoke/)).toBeVisible();
  },
  "Re-enable": async ({ app, elsewhere }) => {
    const { credential } = await elsewhere.create(NAME);
    await elsewhere.revoke(credential.id);
    await app.open(`${CREDENTIALS}/${credential.id}`);
    await app.credential.button("Re-enable").click();
    await expect(app.dialog(/^Re-enable/)).toBeVisible();
  },
  "permissions": async ({ app, elsewhere }) => {
    const { credential } = await elsewhere.create(NAME, { stored: false });
    await app.open(`${CREDENTIALS}/${credential.id}`);
    await app.credential.permission("Jobs", "GET: List Jobs").uncheck();
    await expect(app.credential.button("Discard changes")).toBeVisible();
    // All 136 look alike, and axe takes its time with each.
    await app.credential.search.fill("job");
  },
  "Someone else saved first": async ({ app, elsewhere, watch }) => {
    const { credential } = await elsewhere.create(NAME);
    await app.open(`${CREDENTIALS}/${credential.id}`);
    await app.credential.description.fill("Mine");
    await elsewhere.update(credential.id, { description: "Theirs", permissions: [] });
    watch.expectFailure({ status: 412, path: `/api/credentials/${credential.id}` });
    await app.credential.save.click();
    await expect(app.conflict.dialog).toBeVisible();
  },
  "Sign in again": async ({ app, elsewhere, watch }) => {
    const { credential } = await elsewhere.create(NAME);
    await app.open(`${CREDENTIALS}/${credential.id}`);
    await app.credential.description.fill("Mine");
    await app.endSession();
    watch.expectFailure({ status: 401, path: `/api/credentials/${credential.id}` });
    await app.credential.save.click();
    await expect(app.dialog("Sign in again")).toBeVisible();
  },
  "Page not found": async ({ app }) => {
    await app.open("/nowhere");
    await expect(app.heading).toHaveText("Page not found");
  },
  "the page could not be loaded": async ({ page, watch }) => {
    await blockWasm(page, watch);
    await page.goto("/");
    await expect(page.getByRole("dialog", { name: "Latchkey could not be loaded" })).toBeVisible();
  },
};

async function fillList(elsewhere: Elsewhere): Promise<void> {
  await elsewhere.create(NAME);
  await elsewhere.create("Not stored yet", { stored: false });
  const { credential } = await elsewhere.create("Old careers page", {
    api_type: "job_board",
    partner: "custom_integration",
  });
  await elsewhere.revoke(credential.id);
}

async function blockWasm(page: Page, watch: Watch): Promise<void> {
  await page.route("**/*.wasm", (route) => route.abort());
  watch.expectFailure({ status: "none", path: /\.wasm$/ });
}

for (const [name, show] of Object.entries(SCREENS)) {
  test(`${name}: readable in both schemes, and on a phone`, async ({
    page,
    app,
    elsewhere,
    watch,
  }) => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await show({ page, app, elsewhere, watch });
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
  });
}

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
