/** Finding one credential among many. */
import { CREDENTIALS } from "../fixtures/app.ts";
import { expect, test } from "../fixtures/test.ts";

test("filters narrow the list, stand in the address, and can be cleared", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  await elsewhere.create("JobTarget Harvest API Key");
  await elsewhere.create("Careers page", { api_type: "job_board", partner: "custom_integration" });
  const { credential } = await elsewhere.create("JobTarget, last year");
  await elsewhere.revoke(credential.id);
  const names = page.getByRole("row").getByRole("cell").first();
  await app.open();
  await expect(app.list.name("Careers page")).toBeVisible();

  await page.getByLabel("Filter by description").fill("jobtarget");
  await expect(app.list.name("Careers page")).toBeHidden();
  await expect(page).toHaveURL(/\?q=jobtarget$/);
  await expect.poll(() => watch.announced).toContain("2 API keys");
  await page.getByLabel("Filter by status").selectOption("Revoked");
  await expect(page).toHaveURL(/\?q=jobtarget&status=revoked$/);
  await expect(app.list.name("JobTarget Harvest API Key")).toBeHidden();
  await expect(names).toContainText("JobTarget, last year");
  await expect.poll(() => watch.announced).toContain("1 API key");

  // The address is the list: it can be loaded again, or sent to somebody.
  await page.reload();
  await expect(page.getByLabel("Filter by status")).toHaveValue("revoked");
  await expect(app.list.name("JobTarget, last year")).toBeVisible();
  await expect(app.list.name("JobTarget Harvest API Key")).toBeHidden();

  await page.getByLabel("Filter by type").selectOption("Job Board");
  await expect(page.getByRole("heading", { name: "No API key matches" })).toBeVisible();
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(new RegExp(`${CREDENTIALS}$`));
  await expect(app.list.name("Careers page")).toBeVisible();
  await expect(page.getByLabel("Filter by description")).toHaveValue("");
  await expect(page.getByLabel("Filter by status")).toHaveValue("");

  await page.getByLabel("Filter by partner").selectOption("Custom integration");
  await expect(app.list.name("JobTarget Harvest API Key")).toBeHidden();
  await expect(app.list.name("Careers page")).toBeVisible();
});

test("a long list comes in parts", async ({ page, app, elsewhere, watch }) => {
  for (let number = 1; number <= 53; number += 1) {
    await elsewhere.create(`Key ${number}`, { stored: false });
  }
  await app.open();
  const rows = page.getByRole("row").filter({ has: page.getByRole("cell") });
  await expect(rows).toHaveCount(50);
  await expect(app.list.name("Key 53")).toBeVisible();
  await expect(app.list.name("Key 3")).toHaveCount(0);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(rows).toHaveCount(53);
  await expect(app.list.name("Key 1")).toBeVisible();
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
  await expect.poll(() => watch.announced).toContain("3 API keys");
});
