/* The frame: rail, appearance, menus, dialogs, shortcuts. Everything works without it, only slower. */

const root = document.documentElement;
const YEAR = 31536000;

/** Remember a choice of appearance; the server reads the cookie, so the next page starts right. */
function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${value ? YEAR : 0}; SameSite=Lax${secure}`;
}

function typing(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
    && !/^(checkbox|radio|button|submit)$/.test(target.type ?? "");
}

function toggleRail() {
  const narrow = root.dataset.rail === "narrow" ? "" : "narrow";
  root.dataset.rail = narrow;
  remember("arledger_rail", narrow);
}

function setTheme(theme) {
  root.dataset.theme = theme;
  remember("arledger_theme", theme);
  markTheme();
}

function markTheme() {
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    if (button.dataset.themeSet === (root.dataset.theme ?? "")) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function openRail(event) {
  const rail = document.getElementById("rail");
  event.preventDefault();
  rail.dataset.open = "";
  rail.querySelector("[data-rail-close]").focus();
}

function closeRail(event) {
  const rail = document.getElementById("rail");
  if (!rail || !("open" in rail.dataset)) return false;
  event.preventDefault();
  delete rail.dataset.open;
  document.querySelector("[data-rail-open]")?.focus();
  return true;
}

function closeMenus(except) {
  let closed = false;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu === except || menu.contains(except)) continue;
    menu.open = false;
    closed = true;
  }
  return closed;
}

function escapeMenus() {
  const inside = document.activeElement?.closest("details[data-menu][open]");
  const closed = closeMenus(null);
  inside?.querySelector("summary").focus();
  return closed;
}

/** Show a page that asks (a link with data-dialog) in a dialog; without scripts the link opens that page. */
async function ask(link) {
  const box = document.getElementById("dialog");
  const answer = await fetch(link.href, { headers: { "X-Requested-With": "dialog" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.getElementById("confirm");
  if (!answer.ok || !part) {
    location.assign(link.href);
    return;
  }
  box.firstElementChild.replaceChildren(document.importNode(part, true));
  window.htmx?.process(box);
  box.showModal();
}

function focusSearch() {
  const field = document.querySelector("[data-search]") ?? document.querySelector("[data-global-search]");
  field?.focus();
  field?.select();
  return Boolean(field);
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "";
  const words = button.querySelector("[data-copy-word]");
  if (words) words.textContent = button.dataset.copiedWord;
}

const CLICKS = [
  ["[data-rail-toggle]", toggleRail],
  ["[data-rail-open]", (element, event) => openRail(event)],
  ["[data-rail-close]", (element, event) => closeRail(event)],
  ["[data-theme-set]", (element) => setTheme(element.dataset.themeSet)],
  ["[data-dismiss]", (element) => element.closest(".note").remove()],
  ["[data-help]", () => document.getElementById("help")?.showModal()],
  ["[data-print]", () => window.print()],
  ["[data-copy]", (element) => copy(element)],
  ["[data-history-back]", (element, event) => {
    if (history.length < 2) return;
    event.preventDefault();
    history.back();
  }],
  ["[data-dialog-close]", (element, event) => {
    const box = element.closest("dialog");
    if (!box) return;
    event.preventDefault();
    box.close();
  }],
];

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  if (event.target.matches("dialog[data-dialog-box]")) event.target.close();
  const dialogLink = event.target.closest("a[data-dialog]");
  if (dialogLink && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    ask(dialogLink).catch(() => location.assign(dialogLink.href));
    return;
  }
  for (const [selector, act] of CLICKS) {
    const element = event.target.closest(selector);
    if (element) act(element, event);
  }
});

/* Unfold a row: <button data-expand aria-controls="id" aria-expanded="false">. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-expand]");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  for (const id of button.getAttribute("aria-controls").split(" ")) document.getElementById(id).hidden = !open;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (escapeMenus() || closeRail(event))) {
    event.stopPropagation();
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/" && focusSearch()) event.preventDefault();
  if (event.key === "?") {
    event.preventDefault();
    document.getElementById("help")?.showModal();
  }
}, true);

/* Arrow keys inside an open menu. */
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu || typing(event.target) || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const items = [...menu.querySelectorAll(".menu-item")];
  if (!items.length) return;
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length + (at < 0 && step < 0 ? 1 : 0)) % items.length].focus();
  event.preventDefault();
});

/* Tables wider than their place scroll inside it (css/tables.css), with keys too where nothing in them takes focus. */
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wide = target.firstElementChild.offsetWidth > target.clientWidth + 1;
    target.toggleAttribute("data-wide", wide);
    if (wide && !target.querySelector("a[href], button, input, select")) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

function watchTables() {
  for (const wrap of document.querySelectorAll(".table-wrap")) widths.observe(wrap);
}
document.addEventListener("htmx:afterSettle", watchTables);
document.addEventListener("work:exchanged", watchTables);

/* A session that ended meanwhile: htmx is sent to the sign-in page, which must not land inside a fragment. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { responseURL } = event.detail.xhr;
  if (!responseURL || new URL(responseURL).pathname !== document.body.dataset.signIn) return;
  event.detail.shouldSwap = false;
  location.reload();
});

/* Hovering a match code lights every chip of its group. */
function light(event, on) {
  const chip = event.target.closest?.("[data-code]");
  if (!chip) return;
  for (const other of document.querySelectorAll(`[data-code="${CSS.escape(chip.dataset.code)}"]`)) {
    if (on) other.dataset.lit = "";
    else delete other.dataset.lit;
  }
}
document.addEventListener("mouseover", (event) => light(event, true));
document.addEventListener("mouseout", (event) => light(event, false));

markTheme();
watchTables();
document.querySelector("[data-error-summary]")?.focus();
