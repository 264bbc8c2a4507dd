/** Takes the README's pictures, `docs/screenshots/*.png`, of the demo in both schemes. */
import { fileURLToPath } from "node:url";
import { CREDENTIALS } from "./fixtures/app.ts";
import { expect, test } from "./fixtures/test.ts";

const FOLDER = new URL("../docs/screenshots/", import.meta.url);
const NAME = "JobTarget Harvest API Key";

test.use({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });

for (const colorScheme of ["light", "dark"] as const) {
  test(`the screens, ${colorScheme}`, async ({ page, app, harvest, elsewhere }) => {
    const shoot = async (name: string) => {
      await page.screenshot({
        path: fileURLToPath(new URL(`${name}-${colorScheme}.png`, FOLDER)),
        animations: "disabled",
        caret: "hide",
      });
    };
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await elsewhere.create("HRIS Link integration key", { partner: "unlisted_vendor" });
    await elsewhere.create("Careers page", { api_type: "job_board", partner: "custom_integration" });
    const old = await elsewhere.create("Interview planning, last year", {
      partner: "interviewplanner",
    });
    await elsewhere.revoke(old.credential.id);
    const { api_key: used } = await elsewhere.create("Reporting", { partner: "growhire" });
    await harvest.get(used, "/v1/jobs");

    await app.open("/configure/dev_center");
    await app.walkToCredentials();
    await app.list.createNew.click();
    await app.create.fill("JobTarget", NAME);
    await expect(app.create.dialog).toContainText("Gets the 6 permissions");
    await shoot("create");

    await app.create.managePermissions.click();
    await expect(app.store.dialog).toBeVisible();
    // A key that never was: a picture must not teach anybody to publish one.
    await app.store.key.evaluate((field: HTMLInputElement) => {
      field.value = `lkh_${"•".repeat(32)}9fQ2`;
    });
    await page.mouse.move(0, 0);
    await shoot("store");

    await app.store.stored.click();
    await expect(app.heading).toHaveText(NAME);
    await app.credential.onlySelected.check();
    await app.credential.permission("Jobs", "GET: List Jobs").uncheck();
    await page.mouse.move(0, 0);
    await shoot("permissions");

    await app.credential.button("Discard changes").click();
    // Until the service has written down when the key above was used.
    await expect(async () => {
      await page.goto(CREDENTIALS);
      await expect(await app.list.cell("Reporting", "Last used")).not.toHaveText("Never", {
        timeout: 1_000,
      });
    }).toPass({ timeout: 20_000 });
    await app.list.row(NAME).hover();
    await shoot("credentials");
  });
}
