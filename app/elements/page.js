// Small comforts for pages that work without them. Each hangs on a data attribute:
//   data-reveal="ID"      a button that shows and hides the password in field ID (data-t-show, data-t-hide)
//   data-search           the link or field that the key / goes to, unless <html data-keys="off">. What is typed until the
//                         field is there is put into it.
//   data-print            a button that prints the page
//   data-copy="TEXT"      a button that copies TEXT and then says data-t-copied
//   data-stay="ADDRESS"   a form that leads to ADDRESS when it was done. A refusal is shown in place, so that a password that
//                         was typed stays: the server sends none back. The reason of a refusal is shown in [data-refusal].
// Fields that the browser finds empty or wrong say so in the page's language: <html data-t-missing data-t-tick data-t-choose
// data-t-wrong>. And every <details class="menu"> closes on Escape or a press elsewhere, and opens to the side that has room.
// Listeners sit on the document, so what the program draws later is served too.

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
  const reveal = target?.closest("[data-reveal]");
  if (reveal) turnPassword(reveal);
  if (target?.closest("[data-print]")) window.print();
  const copies = target?.closest("[data-copy]");
  if (copies) copy(copies);
  const search = target?.closest("a[data-search]");
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  if (search && isPlain) awaitSearch();
});

document.addEventListener("toggle", (event) => keepInSight(event.target), true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  // Before the program has taken over its page, nothing on it may be changed.
  const isReady = "hydrated" in document.documentElement.dataset;
  if (event.defaultPrevented || !isReady || !form.dataset.stay) return;
  event.preventDefault();
  sendInPlace(form);
});

document.addEventListener("invalid", (event) => sayWhatIsWrong(event.target), true);
for (const change of ["input", "change"]) {
  document.addEventListener(change, (event) => clearWrong(event.target), true);
}

document.addEventListener("keydown", (event) => {
  if (typedAhead !== null && typeAhead(event)) return;
  if (event.key === "Escape") closeMenu(event);
  const off = document.documentElement.dataset.keys === "off";
  const plain = !off && event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && !typing(event.target)) goToSearch(event);
});

function turnPassword(button) {
  const field = document.getElementById(button.dataset.reveal);
  if (!field) return;
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  const label = button.getAttribute(shown ? "data-t-hide" : "data-t-show");
  if (label) button.setAttribute("aria-label", label);
  const use = button.querySelector("use");
  const picture = use?.getAttribute("href") ?? "";
  use?.setAttribute("href", picture.replace(/#i-eye(-off)?$/, shown ? "#i-eye-off" : "#i-eye"));
}

/** Words of this page in the stead of the browser's, which speaks its own language. */
function sayWhatIsWrong(field) {
  if (!field.validity) return;
  field.setCustomValidity("");
  if (field.validity.valid) return;
  const words = document.documentElement.dataset;
  field.setCustomValidity(field.validity.valueMissing ? missing(field, words) : words.tWrong);
}

function missing(field, words) {
  if (field.type === "checkbox") return words.tTick;
  const isChoice = field.type === "radio" || field.type === "file" || field.localName === "select";
  return isChoice ? words.tChoose : words.tMissing;
}

function clearWrong(field) {
  if (!field.validity?.customError) return;
  // The others of its group carry the same words.
  const group = field.type === "radio" ? document.getElementsByName(field.name) : [field];
  for (const one of group) one.setCustomValidity("");
}

async function copy(button) {
  const text = button.dataset.copy;
  // A page that came without encryption has no clipboard; a selected field can be copied all the same.
  const isCopied = navigator.clipboard
    ? await navigator.clipboard.writeText(text).then(() => true, () => false)
    : copySelected(text);
  const said = button.querySelector("[role=status]");
  if (isCopied && said) said.textContent = button.dataset.tCopied;
}

function copySelected(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

async function sendInPlace(form) {
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form));
  const asked = { method: "POST", body, headers: { Accept: "text/html" }, redirect: "manual" };
  const answer = await fetch(form.action, asked).catch(() => null);
  const text = answer?.status === 422 ? await answer.text().catch(() => null) : null;
  form.removeAttribute("aria-busy");
  if (answer?.type === "opaqueredirect") location.assign(form.dataset.stay);
  // Anything else is for the browser to send and to show.
  else if (!text || !showRefusal(form, text)) form.submit();
}

/** Shows what the form's page says about the refusal; false if that page does not hold the form. */
function showRefusal(form, text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const refused = page.querySelector(`form[action="${form.getAttribute("action")}"]`);
  if (!refused) return false;
  const typed = [...new FormData(form)];
  form.replaceChildren(...refused.childNodes);
  for (const [name, value] of typed) form.elements.namedItem(name).value = value;
  const said = page.querySelector("[data-refusal]")?.childNodes ?? [];
  document.querySelector("[data-refusal]")?.replaceChildren(...said);
  form.querySelector("[aria-invalid=true]")?.focus();
  return true;
}

function closeMenu(event) {
  const menu = event.target instanceof Element && event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

function keepInSight(menu) {
  if (!(menu instanceof Element) || !menu.matches("details.menu[open]")) return;
  const { right, width } = menu.querySelector(".menu__pop")?.getBoundingClientRect() ?? {};
  const hasRoomToTheLeft = menu.getBoundingClientRect().right >= width;
  if (right > document.documentElement.clientWidth && hasRoomToTheLeft) menu.classList.add("menu--end");
  const pop = menu.querySelector(".menu__pop");
  if (!pop) return;
  // An open menu grows when a refusal is shown in it.
  const growth = new ResizeObserver(() => {
    if (menu.open && pop.isConnected) pop.scrollIntoView({ block: "nearest" });
    else growth.disconnect();
  });
  growth.observe(pop);
}

function goToSearch(event) {
  const shown = [...document.querySelectorAll("[data-search]")].filter((one) => one.offsetParent !== null);
  // On the search page itself both are there.
  const search = shown.find((one) => one.matches("input")) ?? shown[0];
  if (!search) return;
  event.preventDefault();
  if (search.matches("input")) search.focus();
  else search.click();
}

/** What was typed since the search page was asked for, until its field is there; null when it is not awaited. */
let typedAhead = null;

/** The field is awaited this long, in milliseconds: what is typed later is meant for the page that is still there. */
const SEARCH_WITHIN = 5000;

function awaitSearch() {
  if (typedAhead !== null || searchField()) return;
  typedAhead = "";
  const ends = () => {
    typedAhead = null;
    watch.disconnect();
    clearTimeout(timer);
  };
  const watch = new MutationObserver(() => {
    const field = searchField();
    if (!field) return;
    const typed = typedAhead;
    ends();
    fillSearch(field, typed);
  });
  const timer = setTimeout(ends, SEARCH_WITHIN);
  watch.observe(document.body, { childList: true, subtree: true });
}

function searchField() {
  return document.querySelector("input[data-search]");
}

function fillSearch(field, typed) {
  field.focus();
  const [text, ...submits] = typed.split("\n");
  if (text) {
    field.value += text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (submits.length > 0) field.form?.requestSubmit();
}

/** Keeps a key that is meant for the field to come; false when it is none. */
function typeAhead(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return false;
  if (event.key === "Backspace") typedAhead = typedAhead.slice(0, -1);
  else if (event.key === "Enter") typedAhead += "\n";
  else if ([...event.key].length === 1) typedAhead += event.key;
  else return false;
  event.preventDefault();
  return true;
}

function typing(target) {
  return target instanceof Element && target.matches("input,textarea,select,[contenteditable]");
}
