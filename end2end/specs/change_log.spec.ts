/** What was done is on record: found by who, what and when, told before → after, and taken along as a file. */
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { CREDENTIALS } from "../fixtures/app.ts";
import { CHANGE_LOG, entriesIn, openDetails } from "../fixtures/change_log.ts";
import type { Person } from "../fixtures/people.ts";
import { expect, test } from "../fixtures/test.ts";
import { USERS } from "../fixtures/users.ts";

const NAME = "JobTarget Harvest API Key";

test("an edit of permissions is told as what came and what went", async ({
  page,
  app,
  elsewhere,
}) => {
  const { credential } = await elsewhere.create(NAME);
  await elsewhere.update(credential.id, {
    description: "JobTarget, autumn",
    permissions: [...credential.permissions.filter((one) => one !== "jobs:list"), "candidates:list"],
  });
  await app.open("/");
  await app.panel("Change Log").click();
  await expect(app.heading).toHaveText("Change Log");
  await expect(page).toHaveTitle("Change Log · Latchkey");
  const edited = app.changeLog.entries.nth(1);
  await expect(edited).toContainText("Details Description, Permissions +1 −1");
  await openDetails(edited);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - heading "Change Log" [level=1]
      - paragraph: You see everything that was done, by anyone.
      - group "Export":
        - link "CSV"
        - link "JSON lines"
      - search:
        - searchbox "Filter by who did it"
        - combobox "Filter by what was done"
        - text: From
        - textbox "From"
        - text: To
        - textbox "To"
      - list:
        - listitem:
          - strong: Ada Okafor
          - text: Signed in from 127.0.0.1
        - listitem:
          - time
          - strong: Ada Okafor
          - text: Edited API credential
          - link "JobTarget, autumn":
            - /url: /configure\\/dev_center\\/credentials\\/cred_\\w+/
          - text: from 127.0.0.1
          - group:
            - term: Description
            - definition: JobTarget Harvest API Key became JobTarget, autumn
            - term: Permissions
            - definition:
              - list:
                - listitem: "Added: Candidates: GET: List Candidates"
                - listitem: "Removed: Jobs: GET: List Jobs"
            - paragraph:
              - text: /Entry \\d+ · Request id/
              - code: /req_\\w+/
        - listitem:
          - text: Confirmed as stored
          - link "JobTarget Harvest API Key"
        - listitem:
          - text: Created API credential
          - link "JobTarget Harvest API Key"
        - listitem:
          - text: Signed in from 127.0.0.1
  `);
  // The credential stands there under the name it had then, and leads to what it is now.
  await app.changeLog.entries.nth(2).getByRole("link", { name: NAME }).click();
  await expect(app.heading).toHaveText("JobTarget, autumn");
});

test("who, what and when narrow the list and stand in the address", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { credential } = await elsewhere.create(NAME);
  await elsewhere.revoke(credential.id);
  await elsewhere.invite("Dora Nowak", "dora@example.com");
  await app.startSession("cleo");
  await app.open(CHANGE_LOG);
  const { entries, who, what } = app.changeLog;
  await expect(entries).toHaveCount(7);

  await who.fill("CLEO");
  await expect(page).toHaveURL(/\?who=CLEO$/);
  await expect(entries).toHaveText([/Cleo Marchetti.*Signed in/]);
  await expect.poll(() => watch.announced).toContain("1 change");
  await who.fill("");
  await what.selectOption("Revoked API credential");
  await expect(page).toHaveURL(/\?what=credential\.revoke$/);
  await expect(entries).toHaveText([/Ada Okafor.*Revoked API credential JobTarget/]);
  await what.selectOption("API credentials: everything");
  await expect(page).toHaveURL(/\?what=credential$/);
  await expect(entries).toHaveCount(3);
  await what.selectOption("Made a password link for …");
  await expect(page.getByRole("heading", { name: "No change matches these filters" })).toBeVisible();
  await what.selectOption("Users: everything");
  await expect(entries).toHaveText([/Ada Okafor.*Added user Dora Nowak/]);

  const today = await page.evaluate(() => new Date().toLocaleDateString("sv"));
  const read = page.waitForResponse(/change_log\?.*to=/);
  await app.changeLog.day("From").fill(today);
  await app.changeLog.day("To").fill(today);
  await expect(page).toHaveURL(new RegExp(`\\?what=user&from=${today}&to=${today}$`));
  await read;
  await expect(entries).toHaveCount(1);
  // The address is the list: it can be loaded again, or sent to somebody.
  await page.reload();
  await expect(entries).toHaveText([/Added user Dora Nowak/]);
  await expect(what).toHaveValue("user");
  await expect(app.changeLog.day("From")).toHaveValue(today);

  await app.changeLog.day("From").fill("");
  await app.changeLog.day("To").fill("2025-01-31");
  await expect(page).toHaveURL(/\?what=user&to=2025-01-31$/);
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(new RegExp(`${CHANGE_LOG}$`));
  await expect(entries).toHaveCount(7);
  await expect(what).toHaveValue("");
  await expect(app.changeLog.day("To")).toHaveValue("");
});

test("a credential's page tells its history, also what was just done", async ({
  page,
  app,
  elsewhere,
}) => {
  const { credential } = await elsewhere.create(NAME);
  await elsewhere.create("Another key");
  await app.open(`${CREDENTIALS}/${credential.id}`);
  const history = entriesIn(page.getByRole("region", { name: "History" }));
  await expect(history).toHaveText([/Confirmed as stored/, /Created API credential/]);
  await app.credential.permission("Jobs", "GET: List Jobs").uncheck();
  await app.credential.save.click();
  await expect(history).toHaveCount(3);
  await expect(history.first()).toContainText("Edited API credential");
  await openDetails(history.first());
  await expect(history.first()).toContainText("Removed: Jobs: GET: List Jobs");
  await app.credential.button("Revoke").click();
  await app.dialog(/^Revoke/).getByRole("button", { name: "OK" }).click();
  await expect(history.first()).toContainText("Revoked API credential");

  await page.getByRole("link", { name: "All changes of this credential" }).click();
  await expect(app.heading).toHaveText("Change Log");
  await expect(app.changeLog.entries).toHaveCount(4);
  await expect(page.getByRole("main")).toContainText(`Only changes of ${NAME}`);
  await app.changeLog.what.selectOption("Revoked API credential");
  await expect(app.changeLog.entries).toHaveCount(1);
  await page.getByRole("button", { name: "Show all" }).click();
  await expect(page).toHaveURL(/\?what=credential\.revoke$/);
  await expect(app.heading).toBeFocused();
});

test("a user's page tells their history, also what was just done", async ({
  app,
  elsewhere,
}) => {
  const { user_id } = await elsewhere.user("Ben Lindqvist");
  await app.open(`${USERS}/${user_id}`);
  await expect(app.user.history).toContainText("Nothing you may see was done to this user.");
  await app.user.level.selectOption("Job Admin");
  await app.user.disclosure.click();
  await app.user.permission("board").check();
  await app.user.save.click();
  const history = entriesIn(app.user.history);
  await expect(history).toHaveText([/Ada Okafor.*Changed user.*Level, Developer permissions \+1/]);
  await openDetails(history.first());
  await expect(history.first()).toContainText("Basic → became Job Admin");
  await expect(history.first()).toContainText("Can manage Job Board related API Credentials");
  await app.user.button("Reset password").click();
  await app.dialog(/^Reset/).getByRole("button", { name: "Make the link" }).click();
  await app.link.done.click();
  await expect(history.first()).toContainText("Made a password link for");
});

test("the export takes along what the filters leave", async ({ page, app, elsewhere }) => {
  const { credential } = await elsewhere.create('=HYPERLINK("https://evil.example")');
  await elsewhere.revoke(credential.id);
  await app.open(`${CHANGE_LOG}?what=credential`);
  await expect(app.changeLog.entries).toHaveCount(3);
  const csv = await downloaded(page, app.changeLog.exported("CSV"));
  expect(csv.name).toBe("change_log.csv");
  const [columns, ...lines] = csv.text.trimEnd().split("\r\n");
  // A byte order mark first: Excel takes it for another encoding without.
  expect(columns).toBe(
    "\ufeffseq,at,actor_kind,actor_id,actor_name,address,request_id,action,subject_kind,subject_id," +
      "subject_name,before,after",
  );
  expect(lines).toHaveLength(3);
  // No spreadsheet takes it for a formula.
  expect(lines[0]).toContain(`credential.revoke,credential,${credential.id},"'=HYPERLINK(`);

  await app.changeLog.what.selectOption("Revoked API credential");
  await expect(app.changeLog.entries).toHaveCount(1);
  const jsonl = await downloaded(page, app.changeLog.exported("JSON lines"));
  expect(jsonl.name).toBe("change_log.jsonl");
  const entries = jsonl.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(entries).toMatchObject([
    { action: "credential.revoke", actor: { name: "Ada Okafor" }, subject: { id: credential.id } },
  ]);
});

test("a long log comes in parts, and reading goes on where the new part begins", async ({
  app,
  elsewhere,
  watch,
}) => {
  for (let number = 1; number <= 53; number += 1) {
    await elsewhere.create(`Key ${number}`, { stored: false });
  }
  await app.open(`${CHANGE_LOG}?what=credential.create`);
  await expect(app.changeLog.entries).toHaveCount(50);
  await expect(app.changeLog.entries.first()).toContainText("Key 53");
  await app.changeLog.showMore.click();
  await expect(app.changeLog.entries).toHaveCount(53);
  await expect(app.changeLog.entries.last()).toContainText("Key 1");
  await expect(app.changeLog.showMore).toHaveCount(0);
  await expect(app.changeLog.entries.nth(50).locator("summary")).toBeFocused();
  await expect.poll(() => watch.announced).toContain("3 changes");
});

test("everybody is told what they see of the log, and sees that", async ({
  page,
  app,
  elsewhere,
}) => {
  await elsewhere.create(NAME);
  await elsewhere.create("Careers page", { api_type: "job_board", partner: "custom_integration" });
  const seen: Record<Person, { told: string; entries: number }> = {
    ben: { told: "You see what you did yourself.", entries: 1 },
    cleo: {
      told: "You see what was done with Job Board credentials and job boards, and what you did yourself.",
      entries: 3,
    },
    ada: { told: "You see everything that was done, by anyone.", entries: 8 },
  };
  for (const [person, { told, entries }] of Object.entries(seen)) {
    await test.step(person, async () => {
      await app.open(CHANGE_LOG, person as Person);
      await expect(page.getByRole("main")).toContainText(told);
      await expect(app.changeLog.entries).toHaveCount(entries);
    });
  }
});

/** The file behind a link. */
async function downloaded(page: Page, link: Locator): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent("download");
  await link.click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}
