/*
 * Choosing receipts for a deposit: the running total, all of a page, arrows from row to row.
 *
 *   <section data-deposit data-group="," data-decimal="." data-places="2" data-others="3" data-other-amount="12.50">
 *     <input type="checkbox" data-deposit-all>
 *     <input type="checkbox" data-deposit-pick data-amount="10.00"> …
 *   <output data-deposit-count> <output data-deposit-total>          anywhere in the form
 *   <button data-deposit-show>                                       sends the form to show other receipts
 */

const SCALE = 4;
const section = document.querySelector("[data-deposit]");
const boxes = [...section.querySelectorAll("[data-deposit-pick]")];
const all = section.querySelector("[data-deposit-all]");
const form = section.closest("form");

function parse(text) {
  const [whole, part = ""] = text.split(".");
  return BigInt(whole) * 10n ** BigInt(SCALE) + BigInt(part.slice(0, SCALE).padEnd(SCALE, "0"));
}

function format(scaled) {
  const { group = ",", decimal = ".", places = "2" } = section.dataset;
  const digits = String(scaled).padStart(SCALE + 1, "0");
  const whole = digits.slice(0, -SCALE).replace(/\B(?=(\d{3})+$)/g, group);
  const shown = digits.slice(-SCALE).replace(/0+$/, "").padEnd(Number(places), "0");
  return whole + (shown ? decimal + shown : "");
}

function show() {
  const picked = boxes.filter((box) => box.checked);
  const sum = picked.reduce((found, box) => found + parse(box.dataset.amount), parse(section.dataset.otherAmount));
  form.querySelector("[data-deposit-count]").textContent = String(picked.length + Number(section.dataset.others));
  form.querySelector("[data-deposit-total]").textContent = format(sum);
  if (!all) return;
  all.checked = picked.length > 0 && picked.length === boxes.length;
  all.indeterminate = picked.length > 0 && picked.length < boxes.length;
}

let last = null;

section.addEventListener("click", (event) => {
  const box = event.target.closest("[data-deposit-pick]");
  if (box && event.shiftKey && last) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
  }
  if (box) last = box;
  if (event.target === all) for (const other of boxes) other.checked = all.checked;
  show();
});

section.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = boxes.indexOf(event.target);
  if (!step || at < 0) return;
  event.preventDefault();
  boxes[at + step]?.focus();
});

form.elements.namedItem("account")?.addEventListener("change", () => {
  form.requestSubmit(form.querySelector("[data-deposit-show]"));
});

show();
