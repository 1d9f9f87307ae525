// A weekly grid of check boxes (templates/pairs/hours.html) made quick: the arrow keys move, dragging or Shift with an
// arrow key paints a rectangle, a day's or an hour's head fills it. Without this file the boxes still do.

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const enliven = (root) => {
  const boxes = [...root.querySelectorAll("tbody input")];
  const days = root.querySelectorAll("thead th").length;
  const hours = boxes.length / days;
  const dayOf = (box) => boxes.indexOf(box) % days;
  const hourOf = (box) => Math.floor(boxes.indexOf(box) / days);
  const at = (day, hour) => boxes[hour * days + day];
  const output = root.querySelector("[data-count]");
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    output.textContent = `${chosen} hour${chosen === 1 ? "" : "s"} chosen`;
  };

  // One stop of the Tab key for all of it; the arrow keys go on from there.
  const stopAt = (box) => boxes.forEach((each) => { each.tabIndex = each === box ? 0 : -1; });
  stopAt(boxes[0]);
  root.addEventListener("focusin", (event) => { if (boxes.includes(event.target)) stopAt(event.target); });

  // Painting: from the box one began at to the box one is at, everything is set like the first; what falls out of the
  // rectangle again is as it was.
  let painting = null;
  const begin = (box, value) => { painting = { box, value, before: boxes.map((each) => each.checked), moved: false }; };
  const paintTo = (box) => {
    const [left, right] = [dayOf(painting.box), dayOf(box)].sort((a, b) => a - b);
    const [top, bottom] = [hourOf(painting.box), hourOf(box)].sort((a, b) => a - b);
    boxes.forEach((each, number) => {
      const [day, hour] = [number % days, Math.floor(number / days)];
      const inside = day >= left && day <= right && hour >= top && hour <= bottom;
      each.checked = inside ? painting.value : painting.before[number];
    });
    painting.moved = true;
    count();
  };

  // With the mouse or a pen; a finger taps boxes and scrolls the page.
  let dragged = false;
  root.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.pointerType === "touch" || event.button !== 0 || !boxes.includes(event.target)) return;
    begin(event.target, !event.target.checked);
  });
  root.addEventListener("pointerover", (event) => {
    if (painting && event.buttons & 1 && boxes.includes(event.target) && (painting.moved || event.target !== painting.box)) {
      paintTo(event.target);
    }
  });
  document.addEventListener("pointerup", () => { dragged = painting?.moved ?? false; painting = null; });
  root.addEventListener("click", (event) => {
    // Dragged back to where it began: the box is painted already, and the click would undo it.
    if (dragged && boxes.includes(event.target)) event.preventDefault();
    dragged = false;
  });

  root.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!boxes.includes(box) || event.ctrlKey || event.altKey || event.metaKey) return;
    const [day, hour] = [dayOf(box), hourOf(box)];
    let next = null;
    if (event.key in STEPS) next = at(...[day + STEPS[event.key][0], hour + STEPS[event.key][1]]);
    if (event.key === "ArrowLeft" && day === 0) next = null;
    if (event.key === "ArrowRight" && day === days - 1) next = null;
    if (event.key === "Home") next = at(day, 0);
    if (event.key === "End") next = at(day, hours - 1);
    if (event.key in STEPS || next) event.preventDefault();
    if (!next) return;
    if (event.shiftKey && !painting) begin(box, box.checked);
    if (event.shiftKey) paintTo(next);
    next.focus();
  });
  root.addEventListener("keyup", (event) => { if (event.key === "Shift") painting = null; });
  root.addEventListener("focusout", (event) => { if (!root.contains(event.relatedTarget)) painting = null; });
  root.addEventListener("change", count);

  const fill = (some) => {
    const value = some.some((box) => !box.checked);
    some.forEach((box) => { box.checked = value; });
    count();
  };
  const head = (cell, name, some) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `All of ${name}`);
    button.append(...cell.childNodes);
    button.addEventListener("click", () => fill(some));
    cell.append(button);
  };
  root.querySelectorAll("thead th").forEach((cell, day) => {
    head(cell, cell.querySelector("abbr").title, boxes.filter((box) => dayOf(box) === day));
  });
  root.querySelectorAll("tbody th").forEach((cell, hour) => {
    head(cell, `${cell.textContent}:00, every day`, boxes.filter((box) => hourOf(box) === hour));
  });
  root.querySelector("[data-copy]").addEventListener("click", () => {
    boxes.forEach((box) => { if (dayOf(box) >= 1 && dayOf(box) <= 4) box.checked = at(0, hourOf(box)).checked; });
    count();
  });
  root.querySelector("[data-clear]").addEventListener("click", () => {
    boxes.forEach((box) => { box.checked = false; });
    count();
  });
  root.querySelector(".hours-tools").hidden = false;
};

document.querySelectorAll("[data-hours]").forEach(enliven);
