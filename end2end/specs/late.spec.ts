/** An answer that comes late: the person has closed the question, or gone on to something else, by then. */
import { heard, hold } from "../fixtures/network.ts";
import { expect, test } from "../fixtures/test.ts";
import { USERS } from "../fixtures/users.ts";

test("whoever leaves while somebody is disabled finds the console as it was", async ({
  page,
  app,
}) => {
  await app.open(USERS);
  await app.users.name("Cleo Marchetti").click();
  const answer = await hold(page, "**/disable");
  await app.user.button("Disable").click();
  await app.dialog(/^Disable/).getByRole("button", { name: "Disable" }).click();
  await page.keyboard.press("Escape");
  await app.panel("Users").click();
  await expect(app.users.row("Cleo Marchetti")).toContainText("Active");
  const disabled = page.waitForResponse("**/disable");
  answer();
  await (await disabled).finished();
  await app.users.name("Cleo Marchetti").click();
  await expect(app.user.facts).toContainText("Disabled");
});

test("an answer closes its own question only, and takes no link away", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  const { user_id } = await elsewhere.user("Cleo Marchetti");
  await app.open(`${USERS}/${user_id}`);
  const answer = await hold(page, /\/sessions$/);
  await app.user.button("Sign out everywhere").click();
  await app.dialog(/^Sign Cleo/).getByRole("button", { name: "Sign out" }).click();
  await page.keyboard.press("Escape");
  await app.user.button("Reset password").click();
  await app.dialog(/^Reset/).getByRole("button", { name: "Make the link" }).click();
  await expect(app.link.link).toHaveValue(/choose_password#/);
  answer();
  await expect.poll(() => watch.announced).toContain("Cleo Marchetti signed out everywhere");
  await expect(app.link.link).toHaveValue(/choose_password#/);
  await app.link.done.click();
  await expect(app.user.button("Reset password")).toBeFocused();
});

test("a link that is being made is not lost by closing the question, and leaving asks", async ({
  page,
  app,
  elsewhere,
}) => {
  const { user_id } = await elsewhere.user("Cleo Marchetti");
  await app.open(`${USERS}/${user_id}`);
  const answer = await hold(page, "**/password_link");
  await app.user.button("Reset password").click();
  const question = app.dialog(/^Reset/);
  await question.getByRole("button", { name: "Make the link" }).click();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await app.panel("Change Log").click();
  const leave = app.dialog("Leave while the link is made?");
  await leave.getByRole("button", { name: "Stay" }).click();
  answer();
  await expect(app.link.dialog).toContainText("Cleo Marchetti");
  await app.link.done.click();
});

test("somebody who is being added gets their link though the form was closed", async ({
  page,
  app,
}) => {
  await app.open(USERS);
  await expect(app.users.name("Cleo Marchetti")).toBeVisible();
  await app.users.add.click();
  await app.addUser.fill("Dora Nowak", "dora@example.com");
  const answer = await hold(page, "**/api/users");
  await app.addUser.submit.click();
  await page.keyboard.press("Escape");
  await expect(app.addUser.dialog).toBeHidden();
  await app.panel("Change Log").click();
  const leave = app.dialog("Leave while the user is added?");
  await leave.getByRole("button", { name: "Stay" }).click();
  answer();
  await expect(app.link.dialog).toContainText("Dora Nowak");
  await app.link.done.click();
  await expect(app.users.name("Dora Nowak")).toBeVisible();
});

test("what was refused after its form was closed is shown in it, with what was typed", async ({
  page,
  app,
  watch,
}) => {
  await app.open(USERS);
  await expect(app.users.name("Cleo Marchetti")).toBeVisible();
  await app.users.add.click();
  await app.addUser.fill("Cleo again", "cleo@example.com");
  const answer = await hold(page, "**/api/users");
  await app.addUser.submit.click();
  await page.keyboard.press("Escape");
  await expect(app.addUser.dialog).toBeHidden();
  watch.expectFailure({ status: 422, path: "/api/users" });
  answer();
  await expect(app.addUser.dialog).toBeVisible();
  await expect(app.addUser.name).toHaveValue("Cleo again");
  await expect(app.addUser.email).toHaveAttribute("aria-invalid", "true");
});

test("more of a list that is no longer shown does not come", async ({
  page,
  app,
  elsewhere,
  watch,
}) => {
  for (let number = 1; number <= 53; number += 1) {
    await elsewhere.create(`Key ${number}`, { stored: false });
  }
  await app.open();
  const answer = await hold(page, /cursor=/);
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByLabel("Filter by description").fill("Key 5");
  const rows = page.getByRole("row").filter({ has: page.getByRole("cell") });
  await expect(rows).toHaveCount(5);
  const more = page.waitForResponse(/cursor=/);
  answer();
  await (await more).finished();
  await heard(page);
  await expect(rows).toHaveCount(5);
  // What is said of a later list is said after it.
  await page.getByLabel("Filter by status").selectOption("Revoked");
  await expect.poll(() => watch.announced).toContain("No API keys");
  expect(watch.announced).not.toContain("3 API keys");
});
