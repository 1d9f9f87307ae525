// A weekly grid of check boxes (templates/pairs/hours.html) made quick: the arrow keys move, dragging or Shift with an
// arrow key paints a rectangle, a day's or an hour's head fills it. Without this file the boxes still do.

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const enliven = (root) => {
  const boxes = [...root.querySelectorAll("tbody input")];
  const output = root.querySelector("[data-count]");
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    output.textContent = `${chosen} hour${chosen === 1 ? "" : "s"} chosen`;
  };

  // The heads become buttons. grid[row][column] is a box, or in row 0 and column 0 the button of a head.
  const fill = (some) => {
    const value = some.some((box) => !box.checked);
    some.forEach((box) => { box.checked = value; });
    count();
  };
  const head = (cell, name, some) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `${cell.textContent.trim()}: fill ${name}`);
    button.append(...cell.childNodes);
    button.addEventListener("click", () => fill(some));
    cell.append(button);
    return button;
  };
  const rows = [...root.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]);
  const days = [...root.querySelectorAll("thead th")].map((cell, day) => (
    head(cell, `all of ${cell.querySelector("abbr").title}`, rows.map((row) => row[day]))
  ));
  const hours = [...root.querySelectorAll("tbody th")].map((cell, hour) => (
    head(cell, `${cell.textContent}:00 of every day`, rows[hour])
  ));
  const grid = [[null, ...days], ...rows.map((row, hour) => [hours[hour], ...row])];
  const places = new Map(grid.flatMap((row, y) => row.map((item, x) => [item, [y, x]])));
  places.delete(null);

  // One stop of the Tab key for all of it; the arrow keys go on from there.
  const stopAt = (stop) => { for (const item of places.keys()) item.tabIndex = item === stop ? 0 : -1; };
  stopAt(boxes[0]);
  root.addEventListener("focusin", (event) => { if (places.has(event.target)) stopAt(event.target); });

  // Painting: from the box one began at to the box one is at, everything is set like the first; what falls out of the
  // rectangle again is as it was.
  let painting = null;
  const begin = (box, value) => {
    painting = { box, value, before: new Map(boxes.map((each) => [each, each.checked])), moved: false };
  };
  const between = (at, one, other) => at >= Math.min(one, other) && at <= Math.max(one, other);
  const paintTo = (box) => {
    const [fromRow, fromColumn] = places.get(painting.box);
    const [toRow, toColumn] = places.get(box);
    for (const each of boxes) {
      const [row, column] = places.get(each);
      const inside = between(row, fromRow, toRow) && between(column, fromColumn, toColumn);
      each.checked = inside ? painting.value : painting.before.get(each);
    }
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
    const entered = painting && (event.buttons & 1) && boxes.includes(event.target);
    if (entered && (painting.moved || event.target !== painting.box)) paintTo(event.target);
  });
  document.addEventListener("pointerup", () => { dragged = painting?.moved ?? false; painting = null; });
  root.addEventListener("click", (event) => {
    // Dragged back to where it began: the box is painted already, and the click would undo it.
    if (dragged && boxes.includes(event.target)) event.preventDefault();
    dragged = false;
  });

  root.addEventListener("keydown", (event) => {
    const here = event.target;
    if (!places.has(here) || event.ctrlKey || event.altKey || event.metaKey) return;
    const [row, column] = places.get(here);
    let next;
    if (event.key in STEPS) next = grid[row + STEPS[event.key][0]]?.[column + STEPS[event.key][1]];
    else if (event.key === "Home") next = grid[1][column];
    else if (event.key === "End") next = grid.at(-1)[column];
    else return;
    event.preventDefault();
    const paints = event.shiftKey && boxes.includes(here);
    if (!next || (paints && !boxes.includes(next))) return;
    if (paints && !painting) begin(here, here.checked);
    if (paints) paintTo(next);
    next.focus();
  });
  root.addEventListener("keyup", (event) => { if (event.key === "Shift") painting = null; });
  root.addEventListener("focusout", (event) => { if (!root.contains(event.relatedTarget)) painting = null; });
  root.addEventListener("change", count);

  root.querySelector("[data-copy]").addEventListener("click", () => {
    rows.forEach(([monday, ...others]) => others.slice(0, 4).forEach((box) => { box.checked = monday.checked; }));
    count();
  });
  root.querySelector("[data-clear]").addEventListener("click", () => {
    boxes.forEach((box) => { box.checked = false; });
    count();
  });
  root.querySelector(".hours-tools").hidden = false;
};

document.querySelectorAll("[data-hours]").forEach(enliven);
