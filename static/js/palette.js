/* The command palette (templates/frame/palette.html): Ctrl+K, type, arrows, Enter. Recent pages are kept here only. */

const DELAY = 100;
const MOST_RECENT = 6;
const box = document.getElementById("palette");
const input = box?.querySelector("input");
const list = box?.querySelector("[role=listbox]");
let timer = 0;
let asked = 0;

const home = () => new URL("..", new URL(box.dataset.palette, location.href)).pathname;
const key = () => `arledger-recent ${home()}`;

function recent() {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "[]");
  } catch {
    return [];
  }
}

/** This page comes first among the recent ones. */
function remember() {
  // The heading's own words: chips and buttons stand behind them.
  const heading = document.querySelector("h1");
  const title = (heading?.firstChild?.textContent.trim() || heading?.textContent.trim())?.replace(/\s+/g, " ");
  if (!title || location.pathname === home()) return;
  const others = recent().filter((one) => one.url !== location.pathname);
  const kept = [{ url: location.pathname, title }, ...others].slice(0, MOST_RECENT + 1);
  try {
    localStorage.setItem(key(), JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing has no recent pages.
  }
}

function recentChoices() {
  return recent().filter((one) => one.url !== location.pathname && one.url.startsWith(home())).slice(0, MOST_RECENT)
    .map((one) => {
      const link = document.createElement("a");
      link.className = "palette-choice";
      link.href = one.url;
      link.tabIndex = -1;
      link.setAttribute("role", "option");
      const name = document.createElement("span");
      name.className = "clip";
      name.textContent = one.title;
      const note = document.createElement("span");
      note.className = "small muted clip";
      note.textContent = list.dataset.recentWord;
      link.append(document.createElement("span"), name, note);
      return link;
    });
}

const choices = () => [...list.querySelectorAll("a[role=option]")];

function mark(choice) {
  for (const other of choices()) other.setAttribute("aria-selected", String(other === choice));
  if (choice) {
    input.setAttribute("aria-activedescendant", choice.id);
    choice.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

async function fill() {
  const mine = (asked += 1);
  const url = new URL(box.dataset.palette, location.href);
  url.searchParams.set("q", input.value);
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  const text = await answer.text();
  if (mine !== asked || !answer.ok || answer.redirected) return;
  list.innerHTML = text;
  if (!input.value) list.prepend(...recentChoices());
  choices().forEach((choice, at) => {
    choice.id = `palette-${at}`;
  });
  mark(choices()[0]);
}

function open() {
  if (box.open) return;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  input.value = "";
  box.showModal();
  input.focus();
  fill().catch(() => box.close());
}

if (box) {
  remember();
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => fill().catch(() => box.close()), DELAY);
  });
  input.addEventListener("keydown", (event) => {
    const all = choices();
    const at = all.findIndex((choice) => choice.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(all[Math.min(at + 1, all.length - 1)]);
    else if (event.key === "ArrowUp") mark(all[Math.max(at - 1, 0)]);
    else if (event.key === "Enter" && at >= 0) all[at].click();
    else return;
    event.preventDefault();
  });
}
