// Small habits of every page. Each works on plain HTML; without JavaScript the forms still do.

const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

// Signing in again in another tab changes the token; take the newest, so that a page left open can still save.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector?.("input[name=csrfmiddlewaretoken]");
  if (field && csrfToken()) field.value = csrfToken();
});

// One press, one submission.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});

// A request that failed says so instead of doing nothing.
const notice = (text) => {
  const box = document.createElement("div");
  box.className = "notice notice-error";
  box.setAttribute("role", "alert");
  box.textContent = text;
  document.getElementById("notices").replaceChildren(box);
};
document.addEventListener("htmx:sendError", () => notice("The site cannot be reached. What you typed is still here."));
document.addEventListener("htmx:timeout", () => notice("The site takes too long to answer. What you typed is still here."));
document.addEventListener("htmx:responseError", (event) => {
  notice(event.detail.xhr.status === 403
    ? "You may not do that any more. Reload the page to see how things stand."
    : "That did not work. What you typed is still here; try again or reload the page.");
});

// <textarea data-grow> is as tall as its text.
const grow = (area) => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
document.addEventListener("input", (event) => { if (event.target.matches?.("textarea[data-grow]")) grow(event.target); });
const growAll = () => document.querySelectorAll("textarea[data-grow]").forEach(grow);
document.addEventListener("DOMContentLoaded", growAll);
document.addEventListener("htmx:afterSettle", growAll);

// <button data-confirm="Really?"> asks first.
document.addEventListener("click", (event) => {
  const question = event.target.closest?.("[data-confirm]")?.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

// On a phone the rooms scroll sideways: the one we are in is in sight.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".rooms [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});

// A form that came back: lead to what is wrong, which may stand far below, and let it be read aloud.
document.addEventListener("DOMContentLoaded", () => {
  const field = document.querySelector("main .is-invalid:not([type=hidden]), main [aria-invalid=true]");
  const words = document.querySelector("main .invalid-feedback, main form .notice-error, main .alert-danger");
  const wrong = field ?? words;
  if (!wrong) return;
  if (!field) wrong.tabIndex = -1;
  wrong.focus({ preventScroll: true });
  wrong.scrollIntoView({ block: "center" });
});
