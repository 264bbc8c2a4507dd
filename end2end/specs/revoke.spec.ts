/** “Revoke a Harvest API key”, as the help article tells it. */
import { UNAUTHENTICATED } from "../fixtures/harvest.ts";
import { expect, test } from "../fixtures/test.ts";

const NAME = "JobTarget Harvest API Key";

test("a revoked key is refused at once and stays in the list", async ({
  page,
  app,
  harvest,
  elsewhere,
  watch,
}) => {
  const { api_key: key } = await elsewhere.create(NAME);
  await elsewhere.create("Another key");
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);

  await app.open("/");
  await app.walkToCredentials();
  const revoke = app.list.action("Revoke", NAME);
  await expect(revoke).toHaveCSS("opacity", "0");
  await app.list.row(NAME).hover();
  await expect(revoke).toHaveCSS("opacity", "1");
  await expect(app.list.action("Revoke", "Another key")).toHaveCSS("opacity", "0");
  await revoke.click();

  const question = app.dialog(`Revoke “${NAME}”?`);
  await expect(question).toContainText("stops working at once");
  await expect(question).toContainText("Check that it is the right one.");
  await expect(question).toContainText("You can re-enable it later.");
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
  const revoked = page.waitForResponse((response) => response.url().endsWith("/revoke"));
  await question.getByRole("button", { name: "OK" }).click();
  await revoked;
  expect(await harvest.get(key, "/v1/jobs")).toEqual(UNAUTHENTICATED);

  await expect(question).toBeHidden();
  await expect(await app.list.cell(NAME, "Status")).toHaveText("Revoked");
  await expect(await app.list.cell("Another key", "Status")).toHaveText("Active");
  await expect(app.list.name(NAME)).toBeFocused();
  await expect.poll(() => watch.announced).toContain(`${NAME} revoked`);
  await expect(page.getByRole("table")).toMatchAriaSnapshot(`
    - table:
      - rowgroup:
        - row:
          - columnheader "Description"
          - columnheader "Partner"
          - columnheader "Type"
          - columnheader "Key"
          - columnheader "Created"
          - columnheader "Last used"
          - columnheader "Status"
          - columnheader "Actions"
      - rowgroup:
        - row:
          - cell:
            - link "Another key"
          - cell "JobTarget"
          - cell "Harvest"
          - cell /^…\\w{4}$/
          - cell /by Ada Okafor/
          - cell "Never"
          - cell "Active"
          - cell:
            - link "Edit Another key"
            - button "Revoke Another key"
        - row:
          - cell:
            - link "JobTarget Harvest API Key"
            - button "Re-enable JobTarget Harvest API Key"
          - cell "JobTarget"
          - cell "Harvest"
          - cell /^…\\w{4}$/
          - cell /by Ada Okafor/
          - cell
          - cell "Revoked"
          - cell:
            - link "Edit JobTarget Harvest API Key"
  `);
});

test("cancelling a revoke changes nothing", async ({ page, app, harvest, elsewhere }) => {
  const { api_key: key } = await elsewhere.create(NAME);
  await app.open();
  for (const cancel of [
    () => app.dialog(/^Revoke/).getByRole("button", { name: "Cancel" }).click(),
    () => page.keyboard.press("Escape"),
  ]) {
    await app.list.row(NAME).hover();
    await app.list.action("Revoke", NAME).click();
    await expect(app.dialog(/^Revoke/)).toBeVisible();
    await cancel();
    await expect(app.dialog(/^Revoke/)).toBeHidden();
    await expect(app.list.action("Revoke", NAME)).toBeFocused();
  }
  await expect(await app.list.cell(NAME, "Status")).toHaveText("Active");
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);
});

test("the page of a credential revokes it too", async ({ app, harvest, elsewhere }) => {
  const { api_key: key, credential } = await elsewhere.create(NAME);
  await app.open(`/configure/dev_center/credentials/${credential.id}`);
  await app.credential.button("Revoke").click();
  await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
  await expect(app.credential.button("Re-enable")).toBeVisible();
  expect(await harvest.get(key, "/v1/jobs")).toEqual(UNAUTHENTICATED);
});
