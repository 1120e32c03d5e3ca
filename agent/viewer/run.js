"use strict";
const steps = [...document.querySelectorAll(".step")];
const reach = 96;
function go(by) {
  const tops = steps.map((s) => s.getBoundingClientRect().top);
  const next = by > 0 ? tops.findIndex((t) => t > reach) : tops.findLastIndex((t) => t < 8);
  if (next < 0) {
    if (by < 0) scrollTo(0, 0);
    return;
  }
  steps[next].scrollIntoView();
  steps[next].focus({ preventScroll: true });
}
addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "j" || e.key === "ArrowRight") go(1);
  else if (e.key === "k" || e.key === "ArrowLeft") go(-1);
  else if (e.key === "o") {
    const all = [...document.querySelectorAll("details")];
    const open = all.some((d) => !d.open);
    for (const d of all) d.open = open;
  } else return;
  e.preventDefault();
});
