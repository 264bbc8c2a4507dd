/** By keyboard: what was pressed goes away, and the person is still where they were. */
import { CREDENTIALS } from "../fixtures/app.ts";
import { expect, test } from "../fixtures/test.ts";
import { USERS } from "../fixtures/users.ts";

const NAME = "JobTarget Harvest API Key";

test("Retry that helps leads to what could not be shown", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  await elsewhere.create(NAME);
  watch.expectFailure({ status: "none", path: "/api/credentials", times: 2 });
  let refusals = 2;
  await page.route("**/api/credentials", (route) =>
    (refusals -= 1) < 0 ? route.continue() : route.abort(),
  );
  await app.open();
  const retry = app.failure.getByRole("button", { name: "Retry" });
  await retry.press("Enter");
  // It failed once more.
  await expect(app.heading).toBeFocused();
  await retry.press("Enter");
  await expect(app.list.name(NAME)).toBeVisible();
  await expect(app.heading).toBeFocused();
});

test("Retry of a save leads to Save", async ({ page, app, elsewhere, watch }) => {
  const { credential } = await elsewhere.create(NAME);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await app.credential.description.fill("Mine");
  watch.expectFailure({ status: "none", path: `/api/credentials/${credential.id}` });
  let refusals = 1;
  await page.route(`**/api/credentials/${credential.id}`, (route) =>
    (refusals -= 1) < 0 ? route.continue() : route.abort(),
  );
  await app.credential.save.press("Enter");
  await app.failure.getByRole("button", { name: "Retry" }).press("Enter");
  await expect(app.heading).toHaveText("Mine");
  await expect(app.credential.save).toBeFocused();
});

test("Clear filters leads to the list", async ({ page, app, elsewhere }) => {
  await elsewhere.create(NAME);
  await app.open(`${CREDENTIALS}?q=nothing`);
  await page.getByRole("link", { name: "Clear filters" }).press("Enter");
  await expect(app.list.name(NAME)).toBeVisible();
  await expect(app.heading).toBeFocused();
});

test("Show more leads to the first of them when there are no more", async ({ app, page, elsewhere }) => {
  for (let number = 1; number <= 52; number += 1) {
    await elsewhere.create(`Key ${number}`, { stored: false });
  }
  await app.open();
  await page.getByRole("button", { name: "Show more" }).press("Enter");
  await expect(app.list.name("Key 2")).toBeFocused();
});

test("Discard changes leads to Save", async ({ page, app, elsewhere }) => {
  const { credential } = await elsewhere.create(NAME);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await app.credential.description.fill("Mine");
  await page.getByRole("button", { name: "Discard changes" }).press("Enter");
  await expect(app.credential.description).toHaveValue(NAME);
  await expect(app.credential.save).toBeFocused();
});

test("who confirms that the key is stored stays on the page", async ({ page, app, elsewhere }) => {
  const { credential } = await elsewhere.create(NAME, { stored: false });
  await app.open(`${CREDENTIALS}/${credential.id}`);
  await app.credential.button("I have stored the API Key").press("Enter");
  await expect(page.getByText("Not stored yet")).toBeHidden();
  await expect(app.heading).toBeFocused();
});

test("what is shown anew under the focus keeps it", async ({ app, harvest, elsewhere }) => {
  const { credential, api_key: key } = await elsewhere.create(NAME);
  expect(await harvest.status(key, "/v1/users")).toBe(403);
  await app.open(`${CREDENTIALS}/${credential.id}`);
  const { usage } = app.credential;
  const grant = usage.getByRole("button", { name: "Grant GET: List Users" });
  await grant.focus();
  expect(await harvest.status(key, "/v1/users")).toBe(403);
  await expect(usage.getByText(/^2 calls in 90 days/)).toBeVisible();
  await expect(grant).toBeFocused();
  const revoke = app.credential.button("Revoke");
  await revoke.focus();
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
  await expect(usage.getByText("First call seen")).toBeVisible();
  await expect(revoke).toBeFocused();
});

test("Stay, asked from a menu that has closed, leads to the screen", async ({
  page,
  app,
  elsewhere,
}) => {
  const { user_id } = await elsewhere.user("Ben Lindqvist");
  await app.open(`${USERS}/${user_id}`);
  await app.user.disclosure.click();
  await app.user.permission("board").check();
  await app.accountMenu.press("Enter");
  await page.getByRole("button", { name: "Sign out", exact: true }).press("Enter");
  await app.leaving.stay.press("Enter");
  await expect(app.heading).toBeFocused();
});
