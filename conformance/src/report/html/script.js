"use strict";
// Draws the report from the JSON beside it. Text only ever becomes text nodes: nothing in a report is markup.
const run = JSON.parse(document.getElementById("data").textContent);
const root = document.getElementById("report");

function el(name, props, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (key === "on") for (const [type, act] of Object.entries(value)) node.addEventListener(type, act);
    else if (key === "style") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}

const VERDICTS = {
  "failed": "failed", "not-carried-out": "could not be carried out", "flaky": "flaky",
  "known-failure": "known to fail", "passed": "passed", "skipped": "skipped",
};
const STATES = {
  "broken": "broken", "flaky": "flaky", "known-failure": "known to fail", "held": "held",
  "not-exercised": "not exercised", "not-visible": "not visible", "waiting": "waiting",
};
const obligations = new Map(run.requirements.map((r) => [r.id, r]));

// The head.
const tile = (number, word, kind) => el("div", { class: "tile" }, el("b", { class: kind }, String(number)), word);
const inState = (state) => run.requirements.filter((r) => r.state === state).length;
root.append(
  el("h1", {}, "Conformance of ", run.about.integration),
  el("div", { class: "badge" }, run.badge, ` · seed ${run.about.seed}`),
  el("div", { class: "tiles" },
    tile(run.counts.cases, "cases"),
    ...Object.entries({ failed: "failed", notCarriedOut: "not-carried-out", flaky: "flaky",
      knownFailures: "known-failure", passed: "passed", skipped: "skipped" })
      .filter(([key]) => run.counts[key] > 0)
      .map(([key, kind]) => tile(run.counts[key], VERDICTS[kind], kind))),
  el("div", { class: "tiles" },
    tile(run.requirements.length, "obligations"),
    ...Object.keys(STATES).filter((s) => inState(s) > 0).map((s) => tile(inState(s), STATES[s], s))),
);
if (run.staleKnownFailures.length) {
  root.append(el("h2", { class: "failed" }, "Known failures that are not true any more"));
  for (const stale of run.staleKnownFailures) {
    const name = [stale.entry.case, stale.entry.requirement].filter(Boolean).join(" ");
    root.append(el("div", { class: "finding" }, el("code", {}, name), " — ", stale.problem));
  }
}

// The card that shows bytes and decoded view of a message.
const card = el("div", { id: "card", hidden: true, role: "tooltip" });
document.body.append(card);
let pinned = false;
function show(row, at) {
  card.replaceChildren(
    el("b", {}, `#${row.entry} at ${row.at.toFixed(3)} s`), el("pre", {}, row.text),
    ...(row.decoded ? ["decoded", el("pre", {}, row.decoded)] : []),
    ...(row.bytes ? ["bytes on the wire", el("pre", {}, row.bytes)] : []),
  );
  card.hidden = false;
  const box = at.getBoundingClientRect();
  const below = box.bottom + card.offsetHeight + 8 < innerHeight;
  card.style.left = `${Math.max(8, Math.min(box.left + 100, innerWidth - card.offsetWidth - 8))}px`;
  card.style.top = below ? `${box.bottom + 4}px` : `${Math.max(8, box.top - card.offsetHeight - 4)}px`;
}
function hide() { if (!pinned) card.hidden = true; }
addEventListener("keydown", (event) => { if (event.key === "Escape") { pinned = false; hide(); } });
addEventListener("click", (event) => {
  if (!event.target.closest(".row, #card")) { pinned = false; hide(); }
});
addEventListener("scroll", () => { pinned = false; hide(); }, { passive: true });

// A sequence diagram: time goes down, a column each who takes part.
function diagram(rows, problems) {
  const lanes = ["harness", "integration", "terminal", "gateway"]
    .filter((lane) => lane === "integration" || rows.some((row) => (row.to && row.from === lane) || row.to === lane
      || (lane !== "harness" && row.from === lane)));
  const column = (lane) => lanes.indexOf(lane) + 2;
  // What is wrong stands under the row that shows it, or the one before where none does.
  const wrong = (index) => {
    const [from, to] = [index === 0 ? 0 : rows[index].entry, index + 1 < rows.length ? rows[index + 1].entry : Infinity];
    return problems.filter((p) => p.entry >= from && p.entry < to);
  };
  // Who stands at an edge has room to one side only.
  const notePlace = (lane) => {
    const at = column(lane);
    const [first, last] = [2, lanes.length + 1];
    if (lanes.length > 2 && at > first && at < last) return [`${at - 1} / ${at + 2}`, "center"];
    return at === last ? [`${Math.max(first, at - 1)} / ${at + 1}`, "end"] : [`${at} / ${Math.min(last, at + 1) + 1}`, "start"];
  };
  const line = (row, index) => {
    const kind = ["row", row.marked ? "marked" : "", row.lost ? "lost" : ""].join(" ");
    const cells = [el("span", { class: "at" }, el("span", { class: row.marked ? "mark" : "" }, `${row.marked ? "▶" : ""}#${row.entry}`), row.at.toFixed(3))];
    if (row.from === "harness" && !row.to) {
      cells.push(el("span", { class: "step" }, row.text));
    } else {
      for (const lane of lanes) cells.push(el("span", { class: "rail", style: { "grid-column": String(column(lane)) } }));
      if (row.to) {
        const [a, b] = [column(row.from), column(row.to)];
        const span = { "grid-column": `${Math.min(a, b)} / ${Math.max(a, b) + 1}` };
        // From the middle of one lane to the middle of the other.
        const inset = `${50 / (Math.abs(a - b) + 1)}%`;
        cells.push(el("span", { class: `arrow ${a < b ? "right" : "left"}`,
          style: { ...span, "margin-left": inset, "margin-right": inset } },
          el("span", { class: "label" }, row.text), el("i")));
      } else {
        const [columns, side] = notePlace(row.from);
        cells.push(el("span", { class: "note", style: { "grid-column": columns, "justify-self": side } }, el("span", { class: "label" }, row.text)));
      }
    }
    const found = wrong(index);
    if (found.length) {
      cells.push(el("span", { class: "wrong" }, found.map((p) => el("span", {}, el("b", {}, p.what), `: ${p.text}`))));
    }
    const node = el("div", { class: kind, tabindex: "0" }, cells);
    node.addEventListener("mouseenter", () => { if (!pinned) show(row, node); });
    node.addEventListener("focus", () => { if (!pinned) show(row, node); });
    node.addEventListener("mouseleave", hide);
    node.addEventListener("blur", hide);
    node.addEventListener("click", () => { pinned = false; show(row, node); pinned = true; });
    return node;
  };
  return el("div", { class: "scroll" }, el("div", { class: "seq", style: { "--lanes": String(lanes.length) } },
    el("div", { class: "head" }, el("span", {}, "entry, s"), lanes.map((lane) => el("span", {}, lane))),
    rows.map(line)));
}

// A case; its inside is made when it is opened.
// First what the case is about, then what counts, and what follows from the others last: as in the text report.
function inOrder(c) {
  const rank = (r) => [!c.covers.includes(r.id), !r.counts, /^(MONEY|OPS)-/.test(r.id)].reduce((sum, no) => 2 * sum + no, 0);
  return c.requirements.filter((r) => r.state === "broken").sort((a, b) => rank(a) - rank(b));
}
function problems(c) {
  return [
    ...inOrder(c).flatMap((r) => (r.findings || []).map((f) => ({ entry: f.entry, what: r.id, text: f.text }))),
    ...c.expectations.map((f) => ({ entry: f.entry, what: "expected otherwise", text: f.text })),
  ];
}
function broken(c) {
  const found = [];
  for (const checked of inOrder(c)) {
    const r = obligations.get(checked.id) || { statement: "", why: "", source: "" };
    found.push(el("div", { class: checked.counts ? "finding" : "finding quiet" },
      el("b", {}, checked.id), checked.counts ? " broken: " : " broken (does not count): ", r.statement,
      el("div", { class: "why" }, `otherwise: ${r.why} [${r.source}]`),
      (checked.findings || []).slice(0, 5).map((f) => el("div", {}, `#${f.entry}: ${f.text}`)),
      (checked.findings || []).length > 5 ? el("div", { class: "more" }, `… and ${checked.findings.length - 5} more times`) : null));
  }
  for (const f of c.expectations) found.push(el("div", { class: "finding" }, el("b", {}, "expected otherwise"), ` #${f.entry}: ${f.text}`));
  return found;
}
function inside(c) {
  const held = c.requirements.filter((r) => r.state === "held").map((r) => r.id);
  return el("div", {},
    c.reason ? el("p", {}, c.reason) : null,
    broken(c),
    el("p", { class: "why" }, `file ${c.file} · seed ${c.seed} · ${c.seconds.toFixed(2)} s`,
      c.covers.length ? ` · exercises ${c.covers.join(", ")}` : ""),
    held.length ? el("p", { class: "why" }, `held: ${held.join(", ")}`) : null,
    c.exchange && c.exchange.length ? diagram(c.exchange, problems(c))
      : el("p", { class: "more" }, `No diagram here. Run this case alone for one: --run ${c.name} --html FILE`));
}
const cases = run.cases.map((c) => {
  const body = el("details", { class: "case" }, el("summary", {},
    el("span", { class: `word ${c.verdict}` }, VERDICTS[c.verdict]), el("span", { class: "name" }, c.name),
    el("span", { class: "title" }, c.title)));
  let made = false;
  body.addEventListener("toggle", () => { if (body.open && !made) { made = true; body.append(inside(c)); } });
  const words = [c.name, c.title, ...c.covers, ...c.requirements.map((r) => r.id)].join(" ").toLowerCase();
  return { c, body, words };
});

// Filters.
const search = el("input", { type: "search", placeholder: "name, title or requirement", "aria-label": "Filter cases" });
const boxes = Object.keys(VERDICTS).filter((v) => run.cases.some((c) => c.verdict === v)).map((verdict) => {
  const box = el("input", { type: "checkbox", checked: true, value: verdict });
  return { box, label: el("label", { class: verdict }, box, ` ${VERDICTS[verdict]}`) };
});
const shown = el("span", { class: "more" });
function filter() {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdicts = new Set(boxes.filter(({ box }) => box.checked).map(({ box }) => box.value));
  let count = 0;
  for (const { c, body, words } of cases) {
    const fits = verdicts.has(c.verdict) && wanted.every((word) => words.includes(word));
    body.hidden = !fits;
    if (fits) count += 1;
  }
  shown.textContent = `${count} of ${cases.length}`;
}
search.addEventListener("input", filter);
for (const { box } of boxes) box.addEventListener("change", filter);
const order = Object.keys(VERDICTS);
const sorted = [...cases].sort((a, b) => order.indexOf(a.c.verdict) - order.indexOf(b.c.verdict));
root.append(el("h2", { id: "cases" }, "Cases"),
  el("div", { class: "filters" }, search, boxes.map((b) => b.label), shown), ...sorted.map((c) => c.body));
filter();
if (sorted.length && sorted[0].c.verdict !== "passed") sorted[0].body.open = true;

// The matrix: obligation by what was shown of it.
function look(id) {
  search.value = id;
  filter();
  document.getElementById("cases").scrollIntoView();
}
const pick = el("select", { "aria-label": "Filter obligations" }, el("option", { value: "" }, "all obligations"),
  Object.keys(STATES).filter((s) => inState(s) > 0).map((s) => el("option", { value: s }, `${STATES[s]} (${inState(s)})`)));
const rows = run.requirements.map((r) => {
  const link = el("a", { href: "#cases", on: { click: (e) => { e.preventDefault(); look(r.id); } } }, r.id);
  return { r, row: el("tr", {},
    el("td", {}, link), el("td", {}, r.level), el("td", { class: `word ${r.state}` }, STATES[r.state]),
    el("td", { class: "num", "data-word": "held in" }, r.held ? String(r.held) : ""), el("td", { class: "num failed", "data-word": "broken in" }, r.broken.length ? String(r.broken.length) : ""),
    el("td", { class: "what" }, r.statement, el("span", { class: "why" }, r.note ? `${r.note}` : `otherwise: ${r.why}`))) };
});
pick.addEventListener("change", () => { for (const { r, row } of rows) row.hidden = pick.value !== "" && r.state !== pick.value; });
root.append(el("h2", {}, "Obligations"), el("p", {}, pick),
  el("table", { class: "matrix" }, el("thead", {}, el("tr", {}, ["id", "level", "verdict", "held in", "broken in", "obligation"].map((h) => el("th", {}, h)))),
    el("tbody", {}, rows.map(({ row }) => row))));
