/**
 * The JobTarget article, from “Generate Greenhouse Harvest API Key” to its final Save; then what the
 * key is worth: the six calls it was issued for, none of all the others, nothing while it is revoked.
 */
import { FORBIDDEN, UNAUTHENTICATED } from "../fixtures/harvest.ts";
import { expect, test } from "../fixtures/test.ts";

// Every endpoint there is is called once, in less time than the limit allows.
test.use({ serverArguments: ["--rate-limit", "0"] });

const SIX = [
  "GET /v1/jobs/{job_id}/openings",
  "GET /v1/job_posts",
  "GET /v1/jobs/{id}/job_post",
  "GET /v1/jobs/{id}/job_posts",
  "GET /v1/jobs/{id}",
  "GET /v1/jobs",
];

test("the key of the JobTarget article opens six endpoints and no other", async ({
  page,
  app,
  harvest,
  elsewhere,
}) => {
  await page.goto("/");
  await app.signIn.as("ada");

  let key = "";
  await test.step("Generate Greenhouse Harvest API Key", async () => {
    await app.configure.click();
    await app.devCenter.click();
    await page.getByRole("link", { name: "API Credential Management" }).click();
    await page.getByRole("button", { name: "Create New API Key" }).click();
    const dialog = page.getByRole("dialog", { name: "Create New Credential" });
    await dialog.getByLabel("API Type").selectOption("Harvest");
    await dialog.getByRole("combobox", { name: "Partner" }).fill("JobTarget");
    await dialog.getByLabel("Description").fill("JobTarget Harvest API Key");
    await dialog.getByRole("button", { name: "Manage Permissions" }).click();
    await app.store.copy.click();
    await expect(app.store.copy).toHaveText("Copied");
    key = await page.evaluate(() => navigator.clipboard.readText());
    await app.store.stored.click();
  });

  await test.step("confirm the permissions", async () => {
    await expect(app.heading).toHaveText("JobTarget Harvest API Key");
    const { credential } = app;
    for (const box of [
      credential.permission("Job Openings", "GET: List Openings For a Job"),
      credential.permission("Job Posts", "GET: List Job Posts"),
      credential.permission("Job Posts", "GET: Retrieve Job Post for Job"),
      credential.permission("Job Posts", "GET: List Job Posts for Job"),
      credential.permission("Jobs", "GET: Retrieve Job"),
      credential.permission("Jobs", "GET: List Jobs"),
    ]) {
      await expect(box).toBeChecked();
      await expect(box).toHaveAccessibleDescription(/JobTarget/);
    }
    expect(Object.values(await credential.checked()).flat()).toHaveLength(6);
    await credential.save.click();
    await expect(page.getByRole("main").getByText("Everything is saved")).toBeVisible();
  });

  const { permissions } = await elsewhere.catalogue();
  const endpoints = permissions.flatMap((permission) => permission.endpoints);
  expect(endpoints).toHaveLength(143);
  const posts = (await harvest.get(key, "/v1/job_posts")).body as { job_id: number }[];
  const at = (path: string) => path.replaceAll(/\{\w+\}/g, String(posts[0].job_id));

  await test.step("the six calls are allowed", async () => {
    for (const path of SIX) {
      const answer = await harvest.get(key, at(path.slice("GET ".length)));
      expect(answer.status, path).toBe(200);
      expect(answer.body, path).toBeInstanceOf(Object);
    }
  });

  await test.step("every other endpoint is refused", async () => {
    const others = endpoints.filter(({ method, path }) => !SIX.includes(`${method} ${path}`));
    expect(others).toHaveLength(143 - 6);
    for (const { method, path } of others) {
      const answer = await harvest.call(key, method, at(path));
      expect(answer, `${method} ${path}`).toEqual(FORBIDDEN);
    }
  });

  await test.step("revoked, it is refused at once", async () => {
    await page.getByRole("main").getByRole("link", { name: "API Credentials" }).click();
    await app.list.row("JobTarget Harvest API Key").hover();
    await app.list.action("Revoke", "JobTarget Harvest API Key").click();
    const answered = page.waitForResponse(/\/revoke$/);
    await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
    expect((await answered).status()).toBe(200);
    for (const { method, path } of endpoints) {
      const answer = await harvest.call(key, method, at(path));
      expect(answer, `${method} ${path}`).toEqual(UNAUTHENTICATED);
    }
  });

  await test.step("re-enabled, it works again", async () => {
    await app.list.row("JobTarget Harvest API Key").hover();
    await app.list.action("Re-enable", "JobTarget Harvest API Key").click();
    const answered = page.waitForResponse(/\/re_enable$/);
    await app.dialog(/^Re-enable/).getByRole("button", { name: "OK" }).click();
    expect((await answered).status()).toBe(200);
    for (const path of SIX) {
      expect(await harvest.status(key, at(path.slice("GET ".length))), path).toBe(200);
    }
    expect(await harvest.get(key, "/v1/candidates")).toEqual(FORBIDDEN);
  });

  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - paragraph:
        - link "Dev Center"
      - heading "API Credentials" [level=1]
      - button "Create New API Key"
      - search:
        - searchbox "Filter by description"
        - combobox "Filter by status"
        - combobox "Filter by type"
        - combobox "Filter by partner"
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
