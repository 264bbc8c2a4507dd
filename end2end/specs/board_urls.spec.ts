/** `Job Board URL` and `Job Posts URL`: what becomes of them in public, and that nothing typed is lost. */
import { ACME, BOARD, CAMPUS, readPosts } from "../fixtures/board.ts";
import { expect, test } from "../fixtures/test.ts";

test("what is edited is what the public reads at once", async ({ page, app, server, watch }) => {
  await app.open(BOARD);
  const posts = app.board.row("Job Posts URL");
  const firstUrl = async () => (await readPosts(server.origin, ACME.token)).firstUrl;
  const id = /(\d+)$/.exec(await firstUrl())?.[1] ?? "";

  await posts.edit.click();
  await expect(posts.field).toBeFocused();
  await posts.field.fill("https://acme.example/apply?lang=en");
  await expect(posts.group).toContainText("https://acme.example/apply?lang=en&gh_jid=5001002");
  await posts.button("Save").click();
  await expect(posts.edit).toBeFocused();
  await expect(posts.group).toContainText("https://acme.example/apply?lang=en");
  expect(await firstUrl()).toBe(`https://acme.example/apply?lang=en&gh_jid=${id}`);
  await expect.poll(() => watch.announced).toContain("Job Posts URL saved");

  await posts.becomes("");
  await expect(posts.group).toContainText("Derived from the Job Board URL");
  expect(await firstUrl()).toBe(`https://careers.acme-robotics.example/jobs?gh_jid=${id}`);

  await app.board.row("Job Board URL").becomes("");
  await expect(app.board.row("Job Board URL").group).toContainText("Not set");
  await expect(posts.group).toContainText("Not set: posts lead to the public address");
  await expect(posts.group).toContainText(`${server.origin}/v1/boards/acme/jobs/5001002`);
  expect(await firstUrl()).toBe(`${server.origin}/v1/boards/acme/jobs/${id}`);

  const history = app.board.section("History");
  await expect(history.getByRole("listitem")).toHaveCount(3);
  await expect(history).toContainText("Edited job board");
  await history.getByRole("link", { name: "All changes of this job board" }).click();
  await expect(app.heading).toHaveText("Change Log");
  await page.getByRole("link", { name: ACME.name }).first().click();
  await expect(page).toHaveURL(`${BOARD}?board=${ACME.id}`);
});

test("what was typed survives a refusal, and leaving asks first", async ({ page, app, watch }) => {
  await app.open(BOARD);
  const row = app.board.row("Job Board URL");
  await row.becomes("careers.acme.example");
  await expect(row.field).toBeFocused();
  await expect(row.field).toHaveAttribute("aria-invalid", "true");
  await expect(row.group).toContainText("Enter an address that starts with https://");
  await expect(row.field).toHaveValue("careers.acme.example");

  // What only the service knows better is at the field too.
  const refuse = { pointer: "/job_board_url", detail: "This address is not known." };
  await page.route(`**/api/boards/${ACME.id}`, (route) =>
    route.fulfill({
      status: 422,
      contentType: "application/problem+json",
      json: {
        type: "about:blank",
        title: "Something in the form needs a change.",
        status: 422,
        code: "invalid",
        request_id: "req_1",
        errors: [refuse],
      },
    }),
  );
  watch.expectFailure({ status: 422, path: `/api/boards/${ACME.id}` });
  await row.field.fill("https://nowhere.example");
  await row.button("Save").click();
  await expect(row.group.getByText(refuse.detail)).toBeVisible();
  await expect(row.field).toBeFocused();
  await expect(row.field).toHaveValue("https://nowhere.example");
  await page.unroute(`**/api/boards/${ACME.id}`);

  // Another board, another screen, a reload: each asks, and staying changes nothing.
  await app.board.chooser.selectOption({ label: CAMPUS.name });
  await expect(app.leaving.dialog).toBeVisible();
  await expect(app.board.chooser).toHaveValue(ACME.id);
  await app.leaving.stay.click();
  await app.reloadAnd("stay");
  await expect(row.field).toHaveValue("https://nowhere.example");
  await app.devCenter.click();
  await app.leaving.leave.click();
  await expect(app.heading).toHaveText("Dev Center");

  // Cancelled, nothing is asked and nothing was saved.
  await page.goto(BOARD);
  await row.edit.click();
  await row.field.fill("https://nowhere.example");
  await row.button("Cancel").click();
  await expect(row.edit).toBeFocused();
  await expect(row.group).toContainText("https://careers.acme-robotics.example/jobs");
  await app.board.chooser.selectOption({ label: CAMPUS.name });
  await expect(app.board.token).toHaveValue(CAMPUS.token);
});

test("someone else saved first: both are shown, and nothing is lost", async ({ app, elsewhere, watch }) => {
  await app.open(BOARD);
  const row = app.board.row("Job Board URL");
  await row.edit.click();
  await row.field.fill("https://mine.example");
  await elsewhere.updateBoard(ACME.id, { job_board_url: "https://theirs.example" });
  watch.expectFailure({ status: 412, path: `/api/boards/${ACME.id}` });
  await row.button("Save").click();
  const { conflict } = app;
  await expect(conflict.dialog).toContainText("https://theirs.example");
  await expect(conflict.dialog).toContainText("https://mine.example");
  await conflict.button("Go on editing").click();
  await expect(row.field).toHaveValue("https://mine.example");

  watch.expectFailure({ status: 412, path: `/api/boards/${ACME.id}` });
  await row.button("Save").click();
  await conflict.button("Keep mine").click();
  await expect(row.edit).toBeVisible();
  await expect(row.group).toContainText("https://mine.example");

  // The other address was theirs: what is typed goes beside it.
  const posts = app.board.row("Job Posts URL");
  await posts.edit.click();
  await posts.field.fill("https://mine.example/:id");
  await elsewhere.updateBoard(ACME.id, { job_board_url: "https://theirs.example" });
  watch.expectFailure({ status: 412, path: `/api/boards/${ACME.id}` });
  await posts.button("Save").click();
  await expect(posts.group).toContainText("https://mine.example/:id");
  await expect(row.group).toContainText("https://theirs.example");

  await row.edit.click();
  await row.field.fill("https://mine.example");
  await elsewhere.updateBoard(ACME.id, { job_board_url: "" });
  watch.expectFailure({ status: 412, path: `/api/boards/${ACME.id}` });
  await row.button("Save").click();
  await conflict.button("Take theirs").click();
  await expect(row.group).toContainText("Not set");
});
