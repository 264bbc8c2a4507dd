/** “Re-enable a Harvest API key”, as the help article tells it. */
import { UNAUTHENTICATED } from "../fixtures/harvest.ts";
import { expect, test } from "../fixtures/test.ts";

const NAME = "JobTarget Harvest API Key";

test("a re-enabled key works again, the same one", async ({
  page,
  app,
  harvest,
  elsewhere,
  watch,
}) => {
  const { api_key: key, credential } = await elsewhere.create(NAME);
  await elsewhere.revoke(credential.id);
  expect(await harvest.get(key, "/v1/jobs")).toEqual(UNAUTHENTICATED);

  await app.open("/");
  await app.walkToCredentials();
  await expect(await app.list.cell(NAME, "Status")).toHaveText("Revoked");
  const reEnable = app.list.action("Re-enable", NAME);
  await expect(reEnable).toHaveCSS("opacity", "0");
  await app.list.row(NAME).hover();
  await expect(reEnable).toHaveCSS("opacity", "1");
  // “beside the key name”: in the same cell.
  await expect(await app.list.cell(NAME, "Description")).toContainText("Re-enable");
  await expect(app.list.action("Revoke", NAME)).toHaveCount(0);
  await reEnable.click();

  const question = app.dialog(`Re-enable “${NAME}”?`);
  await expect(question).toContainText("The same API key works again at once");
  const enabled = page.waitForResponse((response) => response.url().endsWith("/re_enable"));
  await question.getByRole("button", { name: "OK" }).click();
  await enabled;
  expect(await harvest.status(key, "/v1/jobs")).toBe(200);

  await expect(await app.list.cell(NAME, "Status")).toHaveText("Active");
  await expect(app.list.name(NAME)).toBeFocused();
  await expect.poll(() => watch.announced).toContain(`${NAME} re-enabled`);
  await expect(page.getByRole("table")).toMatchAriaSnapshot(`
    - table:
      - rowgroup
      - rowgroup:
        - row:
          - cell:
            - link "JobTarget Harvest API Key"
          - cell "JobTarget"
          - cell "Harvest"
          - cell /^…\\w{4}$/
          - cell /by Ada Okafor/
          - cell
          - cell "Active"
          - cell:
            - link "Edit JobTarget Harvest API Key"
            - button "Revoke JobTarget Harvest API Key"
  `);
});
