// Rearranging the groups of a run by dragging. Each drop posts the form that the keyboard's way posts too; what comes
// back replaces the groups, so the page never shows what was not saved.

const dropped = (event) => {
  const form = document.getElementById("drag");
  if (event.from === event.to || !form) return;
  const before = event.from.children[event.oldIndex] ?? null;
  const putBack = () => event.from.insertBefore(event.item, before);
  form.elements.student.value = event.item.dataset.student;
  form.elements.target.value = event.to.dataset.target;
  // Whatever goes wrong on the way, nobody should believe that it was saved.
  for (const trouble of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    form.addEventListener(trouble, putBack, { once: true });
  }
  form.requestSubmit();
};

const prepare = () => {
  if (!document.querySelector("[data-arrange]")) return;
  document.querySelectorAll("[data-drop]").forEach((place) => { place.hidden = false; });
  document.querySelectorAll("[data-arrange] [data-target]").forEach((list) => {
    if (window.Sortable.get(list)) return;
    window.Sortable.create(list, {
      group: "students",
      sort: false,
      draggable: ".student",
      filter: "a, button, select, form",
      preventOnFilter: false,
      delay: 150,
      delayOnTouchOnly: true,
      animation: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      scrollSensitivity: 80,
      onStart: () => document.body.classList.add("is-dragging"),
      onEnd: (event) => { document.body.classList.remove("is-dragging"); dropped(event); },
    });
  });
};

document.addEventListener("DOMContentLoaded", prepare);
document.addEventListener("htmx:afterSettle", () => {
  prepare();
  document.querySelector("[data-focus]")?.focus();
});
// One form at a time.
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".move")) document.querySelectorAll(".mover").forEach((form) => form.remove());
});
// Closing the form that moves somebody leaves one where one was.
document.addEventListener("click", (event) => {
  const close = event.target.closest?.(".mover-close");
  const student = close?.closest(".student");
  const move = student?.querySelector(".move");
  if (!move) return;
  event.preventDefault();
  close.closest(".mover").remove();
  move.focus();
});
