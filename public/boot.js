// Starts the page, and is what remains when it cannot start or has died: never a dead page.
// A classic script that blocks for one small request, so that the stored appearance is set before
// anything is painted and the WebAssembly is on its way before the styles are.
(() => {
  "use strict";
  const { js, wasm, parts } = document.currentScript.dataset;

  try {
    const appearance = localStorage.getItem("latchkey.appearance");
    if (appearance === "light" || appearance === "dark") {
      document.documentElement.dataset.appearance = appearance;
    }
  } catch {
    // Storage is closed to this page: the system's appearance stands.
  }

  const parsed = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
  let shown = false;

  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  // A modal dialog, because it must stand above any dialog that was open when the page died.
  function show(heading, text, cause, died) {
    if (shown) return;
    shown = true;
    const panel = document.createElement("dialog");
    panel.id = "boot-failure";
    panel.setAttribute("closedby", "none");
    panel.setAttribute("aria-labelledby", "boot-failure-heading");
    const title = element("h1", heading);
    title.id = "boot-failure-heading";
    const detail = element("code", String(cause?.message || cause || "No cause was given."));
    const buttons = document.createElement("div");
    const reload = element("button", "Reload");
    reload.className = "primary";
    reload.onclick = () => location.reload();
    buttons.append(reload);
    if (died) {
      const back = element("button", "Look at the page first");
      back.onclick = () => panel.close();
      buttons.append(back);
      // What was on the screen can be read and copied; the first control touched brings this back.
      addEventListener(
        "click",
        (event) => {
          if (panel.open || !event.target.closest?.("a, button, summary, select, [role]")) return;
          event.preventDefault();
          event.stopPropagation();
          panel.showModal();
        },
        true,
      );
    }
    panel.append(title, element("p", text), detail, buttons);
    panel.oncancel = (event) => event.preventDefault();
    document.body.append(panel);
    panel.showModal();
    reload.focus();
  }

  const died = (cause) =>
    parsed.then(() =>
      show(
        "Something went wrong in this page",
        "It cannot go on and has to be loaded again. What was saved is safe; text you had typed and " +
          "not saved is still on the screen behind this message until you reload.",
        cause,
        true,
      ),
    );
  // The parts of the page, beside the main one, that this address most likely needs.
  function partsOf(path) {
    const group = /\/credentials\/[^/]+$/.test(path)
      ? "editor"
      : /\/users(\/|$)/.test(path)
        ? "people"
        : /\/(config|change_log|account|choose_password)$/.test(path)
          ? "rest"
          : "list";
    const found = parts.split(";").find((one) => one.startsWith(`${group}=`));
    return found ? found.slice(group.length + 1).split(" ") : [];
  }

  // By name: where WebAssembly is switched off there is no class to compare with.
  const trapped = (cause) => cause?.name === "RuntimeError" && died(cause);

  async function start() {
    if (typeof WebAssembly !== "object") throw new Error("WebAssembly is switched off in this browser.");
    // The page's panic hook says what happened; a trap without a hook is seen as an uncaught error.
    addEventListener("latchkey-panic", (event) => died(event.detail));
    addEventListener("error", (event) => trapped(event.error));
    addEventListener("unhandledrejection", (event) => trapped(event.reason));

    const module_or_path = fetch(wasm).then((response) => {
      if (response.ok) return response;
      throw new Error(`${wasm} answered ${response.status}.`);
    });
    for (const part of partsOf(location.pathname)) {
      // Only to have it sooner: whether it is there is for whoever needs it to find out.
      fetch(new URL(part, new URL(js, location.href)), { priority: "low" }).catch(() => {});
    }
    const [glue] = await Promise.all([import(js), parsed, module_or_path]);
    await glue.default({ module_or_path });
  }

  start().catch(async (cause) => {
    await parsed;
    if (trapped(cause)) return;
    show(
      "Latchkey could not be loaded",
      "A part of this page did not arrive or cannot run in this browser. Check the connection and " +
        "reload; if it stays like this, the console may be in the middle of an update.",
      cause,
      false,
    );
  });
})();
