/** “Retrieve Job Board Token” of the JobTarget article, and everything else about a public job board. */
import { expectAccessible, expectAccessibleLooks } from "../fixtures/axe.ts";
import { ACME, BOARD, CAMPUS, readPosts } from "../fixtures/board.ts";
import { expect, test } from "../fixtures/test.ts";

test("Retrieve Job Board Token: the article's last part, word for word", async ({ page, app, server }) => {
  await page.goto("/");
  await app.signIn.as("ada");

  // “Click on the Configure icon in the upper right-hand corner. Navigate to Dev Center on the left-hand
  // panel. From the Dev Center page, click Configuring Your Job Board.”
  await app.configure.click();
  await app.devCenter.click();
  await page.getByRole("main").getByRole("link", { name: "Configuring Your Job Board" }).click();
  await expect(app.heading).toHaveText("Configuring Your Job Board");

  // “Use the Configure another job board dropdown menu to choose which job board you'd like JobTarget to
  // pull from.”
  await expect(app.board.chooser).toHaveValue(ACME.id);
  await app.board.chooser.selectOption({ label: CAMPUS.name });
  await expect(page).toHaveURL(`${BOARD}?board=${CAMPUS.id}`);

  // “Navigate to the Your Board Token section and copy the token.”
  await expect(app.board.token).toHaveValue(CAMPUS.token);
  await app.board.copyToken.click();
  await expect(app.board.copyToken).toHaveText("Copied");
  const token = await page.evaluate(() => navigator.clipboard.readText());
  expect(token).toBe(CAMPUS.token);

  // “This job board token allows JobTarget to pull jobs via the Job Post API.”
  const { status, total } = await readPosts(server.origin, token);
  expect(status).toBe(200);
  const posts = `The public reads ${total} ${total === 1 ? "post" : "posts"} here now.`;
  await expect(app.board.section("Public address")).toContainText(posts);

  // The address says which board it is: after a reload, and one step back.
  await page.reload();
  await expect(app.board.token).toHaveValue(CAMPUS.token);
  await page.goBack();
  await expect(app.board.token).toHaveValue(ACME.token);
  await expect(app.board.chooser).toHaveValue(ACME.id);
});

test("the screen, and the public address with its number and its curl line", async ({ page, app, server }) => {
  await app.open(BOARD);
  const { total } = await readPosts(server.origin, ACME.token);
  const section = app.board.section("Public address");
  await expect(section).toContainText(`The public reads ${total} posts here now.`);
  const address = `${server.origin}/v1/boards/acme/jobs`;
  await expect(app.board.publicAddress).toHaveValue(address);
  await section.getByRole("button", { name: "Copy" }).last().click();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(clipboard).toBe(`curl --compressed ${address}`);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - paragraph:
        - link "Dev Center"
      - heading "Configuring Your Job Board" [level=1]
      - text: Configure another job board
      - combobox "Configure another job board":
        - option "Acme Robotics" [selected]
        - option "Acme Robotics Campus"
      - region "Your Board Token":
        - heading "Your Board Token" [level=2]
        - text: Board token
        - textbox "Board token": acme
        - button "Copy"
        - button "Change the token"
      - region "Where candidates find your jobs":
        - heading "Where candidates find your jobs" [level=2]
        - group "Job Board URL":
          - heading "Job Board URL" [level=3]
          - paragraph: https://careers.acme-robotics.example/jobs
          - button "Edit Job Board URL"
        - group "Job Posts URL":
          - heading "Job Posts URL" [level=3]
          - paragraph: https://careers.acme-robotics.example/jobs/:id
          - button "Edit Job Posts URL"
          - paragraph:
            - code: ":id"
            - text: in this address stands for the id of a post; without it,
            - code: gh_jid
            - text: and the id are appended.
          - paragraph:
            - text: For example, post 5001002 is at
            - strong: https://careers.acme-robotics.example/jobs/5001002
      - region "Public address":
        - heading "Public address" [level=2]
        - paragraph: "Everyone can read it: it takes no API key."
        - paragraph: /Live The public reads \\d+ posts here now./
        - textbox "Address of the posts"
        - button "Copy"
        - textbox "The same on a command line"
        - button "Copy": Copied
      - region "History":
        - heading "History" [level=2]
  `);
});

test("the token changes, and the old one answers for as long as was chosen", async ({
  page,
  app,
  server,
  watch,
}) => {
  await app.open(BOARD);
  const before = await readPosts(server.origin, ACME.token);
  const { changeToken: dialog } = app.board;
  await app.board.change.click();
  await expect(dialog.dialog).toContainText("This changes the public address for everyone who uses it");
  await expect(dialog.keep("30 days")).toBeChecked();
  for (const [typed, wrong] of [
    ["", "Enter a token."],
    ["acme jobs", "Use letters without accents, digits, - and _ only."],
    ["acme", "The board has this token already."],
  ]) {
    await dialog.token.fill(typed);
    await dialog.button("Change token").click();
    await expect(dialog.dialog).toContainText(wrong);
    await expect(dialog.token).toBeFocused();
  }
  watch.expectFailure({ status: 422, path: `/api/boards/${ACME.id}` });
  await dialog.token.fill(CAMPUS.token);
  await dialog.button("Change token").click();
  await expect(dialog.dialog).toContainText("Another job board has or had this token.");

  // Closed by mistake, what was typed is still there.
  await dialog.token.fill("acme-jobs");
  await expect(dialog.dialog).toContainText(`${server.origin}/v1/boards/acme-jobs/jobs`);
  await page.keyboard.press("Escape");
  await expect(app.board.change).toBeFocused();
  await app.board.change.click();
  await expect(dialog.token).toHaveValue("acme-jobs");
  await dialog.button("Change token").click();
  await expect(dialog.dialog).toBeHidden();
  await expect(app.board.change).toBeFocused();
  await expect.poll(() => watch.announced).toContain("Token changed");
  await expect(app.board.token).toHaveValue("acme-jobs");
  await expect(app.board.publicAddress).toHaveValue(/\/acme-jobs\/jobs$/);
  await expect(app.board.oldTokens).toHaveText(/^acme until \d+ \w+ 20\d\d/);
  expect(await readPosts(server.origin, "acme"), "the old one").toEqual(before);
  expect(await readPosts(server.origin, "acme-jobs"), "the new one").toEqual(before);

  await app.board.change.click();
  await dialog.token.fill("acme-2");
  await dialog.keep("Not at all").check();
  await expect(dialog.dialog).toContainText("The old token stops answering at once");
  await dialog.button("Change token").click();
  await expect(app.board.token).toHaveValue("acme-2");
  expect((await readPosts(server.origin, "acme-jobs")).status).toBe(404);
  expect((await readPosts(server.origin, "acme-2")).status).toBe(200);
  await expect(app.board.oldTokens.getByRole("listitem")).toHaveCount(1);
});

test("an old token that still answers is ended early", async ({ page, app, server, watch }) => {
  await app.open(BOARD);
  await app.board.change.click();
  await app.board.changeToken.token.fill("acme-jobs");
  await app.board.changeToken.button("Change token").click();
  await app.board.endNow("acme").click();
  const dialog = app.board.endToken("acme");
  await expect(dialog).toContainText("find no posts from the next call on");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(app.board.endNow("acme")).toBeFocused();
  expect((await readPosts(server.origin, "acme")).status, "nothing was done").toBe(200);

  await app.board.endNow("acme").click();
  await dialog.getByRole("button", { name: "End now" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => watch.announced).toContain("Old token ended");
  await expect(app.board.oldTokens).toBeHidden();
  await expect(app.heading).toBeFocused();
  await expect(app.board.section("History")).toContainText("Ended an old token of");
  expect((await readPosts(server.origin, "acme")).status).toBe(404);
  expect((await readPosts(server.origin, "acme-jobs")).status).toBe(200);
});

test("someone with Job Board credentials sees and copies, and changes nothing", async ({ page, app }) => {
  await app.open(BOARD, "cleo");
  await expect(app.board.token).toHaveValue(ACME.token);
  await app.board.copyToken.click();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(clipboard).toBe(ACME.token);
  await expect(page.getByRole("main")).toContainText(
    "Changing it takes “Can manage ALL organization’s API Credentials”",
  );
  await expect(app.board.section("Public address")).toContainText("posts here now");
  await expect(page.getByRole("button", { name: /^(Edit|Change)/ })).toHaveCount(0);
});

test("without a developer permission the Dev Center says who can grant one", async ({ page, app }) => {
  await app.open(BOARD, "ben");
  await expect(page).toHaveURL("/configure/dev_center");
  await expect(page.getByText("These people can grant it:")).toBeVisible();
});

test("a board that the public does not find, and none at all", async ({ page, app, watch }) => {
  const publicly = "/v1/boards/acme/jobs";
  await page.route(`**${publicly}`, (route) =>
    route.fulfill({ status: 404, json: { status: 404, error: "Job board not found" } }),
  );
  watch.expectFailure({ status: 404, path: publicly });
  await app.open(BOARD);
  await expect(app.board.section("Public address")).toContainText(
    "The public finds no board here (404 Not Found).",
  );

  watch.expectFailure({ status: 404, path: "/api/boards/1" });
  await page.goto(`${BOARD}?board=1`);
  await expect(app.failure).toContainText("There is no such thing here");
  await app.board.chooser.selectOption({ label: CAMPUS.name });
  await expect(app.board.token).toHaveValue(CAMPUS.token);

  await page.route("**/api/boards", (route) => route.fulfill({ json: { items: [], next: null } }));
  await page.goto(BOARD);
  await expect(page.getByRole("heading", { name: "No job board yet" })).toBeVisible();
  await expectAccessible(page);
});

test("everything by keyboard alone", async ({ page, app }) => {
  await app.open("/configure/dev_center");
  const tabTo = async (wanted: string) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const { activeElement: now } = document;
        return now?.getAttribute("aria-label") ?? (now?.textContent || now?.id) ?? "";
      });
      if (at.startsWith(wanted)) return;
    }
    throw new Error(`no way to ${wanted}`);
  };
  await tabTo("Configuring Your Job Board");
  await page.keyboard.press("Enter");
  await expect(app.heading).toBeFocused();
  await expect(app.board.token).toHaveValue(ACME.token);
  await page.keyboard.press("Tab");
  await expect(app.board.chooser).toBeFocused();
  await tabTo("Copy");
  await page.keyboard.press("Enter");
  await expect(app.board.copyToken).toHaveText("Copied");
  await tabTo("Edit Job Board URL");
  await page.keyboard.press("Enter");
  await expect(app.board.row("Job Board URL").field).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("https://acme.example/jobs");
  await page.keyboard.press("Enter");
  await expect(app.board.row("Job Board URL").edit).toBeFocused();
  await expect(app.board.row("Job Board URL").group).toContainText("https://acme.example/jobs");

  await app.heading.focus();
  await tabTo("Change the token");
  await page.keyboard.press("Enter");
  const { changeToken: dialog } = app.board;
  await expect(dialog.token).toBeFocused();
  await page.keyboard.type("acme-robotics");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await expect(dialog.keep("90 days")).toBeChecked();
  await tabTo("Change token");
  await page.keyboard.press("Enter");
  await expect(app.board.token).toHaveValue("acme-robotics");
});

for (const dialog of [false, true]) {
  const what = dialog ? "Change the token" : "Configuring Your Job Board";
  test(`${what}: readable in both schemes, and on a phone`, async ({ page, app }) => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await app.open(BOARD);
    await app.board.change.click();
    const { changeToken } = app.board;
    if (dialog) {
      await changeToken.button("Change token").click();
    } else {
      await changeToken.token.fill("acme-jobs");
      await changeToken.button("Change token").click();
      await expect(app.board.oldTokens).toBeVisible();
      await app.board.row("Job Posts URL").becomes("acme.example");
    }
    await expect(page.locator("[aria-invalid=true]")).toBeVisible();
    await expect(app.board.section("Public address")).toContainText("here now");
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessibleLooks(page);
    await page.setViewportSize({ width: 360, height: 740 });
    const tooWide = () =>
      page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll("dialog[open]")]
          .filter((element) => element.scrollWidth > element.clientWidth)
          .map((element) => `${element.tagName} ${element.scrollWidth} > ${element.clientWidth}`),
      );
    await expect.poll(tooWide, "what scrolls sideways at 360 px").toEqual([]);
    await expectAccessibleLooks(page);
  });
}
