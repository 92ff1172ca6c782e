/*
 * The workbench: two sides of one work screen. This only takes one from side to side; the rest is work-screen.js.
 */

const form = document.querySelector("form[data-work]");

/** The first amount of a side that can be typed in, or that the person fixed last. */
function firstOf(side) {
  const inputs = form.querySelectorAll(`[data-bench-side=${side}] [data-use]`);
  return [...inputs].find((input) => input.offsetParent !== null);
}

form?.addEventListener("keydown", (event) => {
  const side = { ArrowRight: "charges", ArrowLeft: "credits" }[event.key];
  if (!side || !event.altKey || event.ctrlKey || event.metaKey) return;
  // Always: else the browser would leave the page with what was chosen.
  event.preventDefault();
  const input = firstOf(side);
  input?.focus();
  input?.select();
});
