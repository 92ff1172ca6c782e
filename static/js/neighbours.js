/* Previous and next within the list one came from (templates/frame/neighbours.html); each tab remembers its list. */

const KEY = "arledger-list";
const nav = document.querySelector("[data-neighbours]");

const pathOf = (address) => new URL(address, location.href).pathname;

/** The rows of a list's page, and where the pages around it are. */
function read(page) {
  const pager = (side) => page.getElementById(`page-${side}`)?.getAttribute("href") ?? "";
  const links = [...page.querySelectorAll("[data-list] [data-row] [data-row-link]")];
  return {
    rows: links.map((link) => ({ url: link.getAttribute("href"), name: link.textContent.trim().replace(/\s+/g, " ") })),
    before: pager("previous"),
    after: pager("next"),
  };
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function remember(list) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // A browser that keeps nothing knows no neighbours.
  }
}

/** At an end of what is known, the list's page beyond it is fetched. */
async function extend(list, side) {
  const address = list[side];
  if (!address) return false;
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) return false;
  const more = read(new DOMParser().parseFromString(await answer.text(), "text/html"));
  list.rows = side === "before" ? [...more.rows, ...list.rows] : [...list.rows, ...more.rows];
  list[side] = more[side];
  remember(list);
  return more.rows.length > 0;
}

function show(list) {
  const at = list.rows.findIndex((row) => pathOf(row.url) === location.pathname);
  if (at < 0) return at;
  for (const link of nav.querySelectorAll("a")) {
    const row = list.rows[at + (link.rel === "next" ? 1 : -1)];
    if (row) {
      link.href = row.url;
      link.title = row.name;
      link.removeAttribute("aria-disabled");
    }
  }
  nav.hidden = list.rows.length < 2;
  return at;
}

/** The way back leads to the list as it was filtered and sorted. */
function leadBack(list) {
  for (const link of document.querySelectorAll(".breadcrumbs a")) {
    if (pathOf(link.href) === pathOf(list.address) && !link.search) link.href = list.address;
  }
}

async function begin(list) {
  const at = show(list);
  if (at < 0) return;
  leadBack(list);
  const found = [at === 0 && await extend(list, "before"), at === list.rows.length - 1 && await extend(list, "after")];
  if (found.some(Boolean)) show(list);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-list] [data-row]")) return;
  remember({ ...read(document), address: location.pathname + location.search });
}, true);

function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}

document.addEventListener("keydown", (event) => {
  if (!nav || nav.hidden || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const side = { j: "next", k: "prev" }[event.key];
  if (side) nav.querySelector(`a[rel=${side}][href]`)?.click();
});

const list = nav && remembered();
if (list) begin(list).catch((error) => console.info("no neighbours:", error.message));
