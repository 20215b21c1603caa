// The page of a job: swim lanes, influencers and the table follow one selection; series are drawn one by one.
const DAY = 86400000;
const ROWS = 50;
const SEVERITIES = [[75, "critical"], [50, "major"], [25, "minor"], [3, "warning"], [0, "low"]];
const selection = { from: null, to: null, field: null, value: null };
let shown = ROWS, series = 0, inViewer = false;

const severity = (score) => SEVERITIES.find(([least]) => score >= least)[1];
const severityColour = (score) => colour(severity(score));
const cellTime = (cell) => data.start + cell * data.cells.width;
const entity = (keys) => keys.map(([field, value]) => `${field} ${value || "(empty)"}`).join(", ");
const seriesName = ({ detector, keys }) => data.detectors[detector] + (keys.length ? " · " + entity(keys) : "");

function when(time) {
  const text = new Date(time).toISOString();
  return data.span % DAY ? text.slice(0, data.span % 60000 ? 19 : 16).replace("T", " ") : text.slice(0, 10);
}

// -- swim lanes

function laneColours() {
  const steps = [[0, "heat-0"], [0.5, "low"], [3, "warning"], [25, "minor"], [50, "major"], [75, "critical"]];
  const stops = [];
  steps.forEach(([from, name], i) => {
    const to = i + 1 < steps.length ? steps[i + 1][0] : 100;
    stops.push([from / 100, colour(name)], [to / 100, colour(name)]);
  });
  return stops;
}

function selectedShape(rows, field) {
  if (selection.from === null || (selection.field !== null && selection.field !== field)) return [];
  const row = selection.field === null ? null : rows.findIndex(({ value }) => value === selection.value);
  const [y0, y1] = row === null ? [-0.5, rows.length - 0.5] : [row - 0.5, row + 0.5];
  return [{ type: "rect", x0: selection.from, x1: selection.to, y0, y1, line: { color: colour("text"), width: 2 } }];
}

function drawLanes(id, rows, field) {
  const { count, width } = data.cells;
  const names = rows.map(({ value }) => plain(shorten(value || "(empty)")));
  Plotly.react(id, [{
    type: "heatmap", x: Array.from({ length: count }, (_, i) => cellTime(i) + width / 2), y: rows.map((_, i) => i),
    z: rows.map(({ cells }) => Array.from(unpack(cells, Uint8Array))), zmin: 0, zmax: 100, xgap: count > 90 ? 0 : 1, ygap: 3,
    showscale: false, colorscale: laneColours(), customdata: rows.map((_, i) => Array(count).fill(names[i])),
    hovertemplate: "%{customdata}<br>%{x}<br>highest score %{z}<extra></extra>",
  }], layout({
    height: 44 + Math.max(1, rows.length) * 22, margin: { l: 170, r: 10, t: 8, b: 24 }, shapes: selectedShape(rows, field),
    xaxis: axis({ type: "date", showgrid: false, fixedrange: true, range: [data.start, cellTime(count)] }),
    yaxis: axis({ autorange: "reversed", showgrid: false, zeroline: false, fixedrange: true, tickvals: rows.map((_, i) => i), ticktext: names }),
  }), { ...config, displayModeBar: false });
}

function drawExplorer() {
  const field = byId("view-by").value;
  drawLanes("overall", [{ value: "Overall", cells: data.overall }], null);
  drawLanes("lanes", data.lanes[field].slice(0, 20), field);
}

function select({ pointIndex: [, cell] }, field, value) {
  Object.assign(selection, { from: cellTime(cell), to: cellTime(cell + 1), field, value });
  selectionChanged();
}

function clearSelection() {
  Object.assign(selection, { from: null, to: null, field: null, value: null });
  selectionChanged();
}

function selectionChanged() {
  const { from, to, field, value } = selection;
  const parts = [from === null ? null : `${when(from)} – ${when(to)}`, field === null ? null : `${field} ${value}`];
  byId("selection").textContent = parts.filter((part) => part !== null).join(", ") || "click a cell to look closer";
  byId("clear").hidden = from === null && field === null;
  shown = ROWS;
  drawExplorer();
  fillInfluencers();
  fillTable();
}

// -- influencers

function influencerScores(lane) {
  const cells = unpack(lane.cells, Uint8Array);
  const first = selection.from === null ? 0 : (selection.from - data.start) / data.cells.width;
  const scores = Array.from(selection.from === null ? cells : cells.subarray(first, first + 1));
  return { value: lane.value, highest: Math.max(0, ...scores), total: scores.reduce((sum, score) => sum + score, 0) };
}

function influencerRow(field, { value, highest, total }) {
  const row = element("button");
  row.type = "button";
  const track = element("span", "track"), bar = element("i");
  bar.style.width = `${highest}%`;
  bar.style.background = severityColour(highest);
  track.append(bar);
  row.append(element("span", "name", value || "(empty)"), element("span", "scores", `${highest} · Σ ${total.toLocaleString("en")}`), track);
  row.addEventListener("click", () => { Object.assign(selection, { field, value }); selectionChanged(); });
  return row;
}

function fillInfluencers() {
  const parts = Object.entries(data.lanes).filter(([field]) => field !== "detector").flatMap(([field, lanes]) => {
    const found = lanes.map(influencerScores).filter(({ highest }) => highest > 0);
    found.sort((a, b) => b.highest - a.highest || b.total - a.total);
    return found.length ? [element("h3", "", field), ...found.slice(0, 10).map((lane) => influencerRow(field, lane))] : [];
  });
  byId("influencers").replaceChildren(...(parts.length ? parts : [element("p", "soft", "None.")]));
  byId("influencer-note").textContent = parts.length ? "highest score · sum" : "";
}

// -- page

function showViewer(wanted) {
  inViewer = wanted;
  byId("explorer").hidden = wanted;
  byId("series-view").hidden = !wanted;
  byId("show-explorer").classList.toggle("is-picked", !wanted);
  byId("show-viewer").classList.toggle("is-picked", wanted);
  if (wanted) pick(series); else selectionChanged();
}

function option(value, text) {
  const made = element("option", "", text);
  made.value = value;
  return made;
}

// What a job cannot have is not shown as empty.
function showOnlyWhatThereIs() {
  const isEmpty = data.cells.count === 0;
  byId("empty").hidden = !isEmpty;
  byId("explorer").hidden = byId("table-card").hidden = isEmpty;
  document.body.classList.toggle("no-influencers", Object.keys(data.lanes).every((field) => field === "detector"));
  document.body.classList.toggle("no-keys", data.records.every(({ keys }) => !keys.length));
}

function fillPage() {
  fillHead(data.title, data.facts);
  showOnlyWhatThereIs();
  byId("partial").hidden = !data.isPartial;
  byId("show-viewer").hidden = !data.series.length;
  byId("view-by").append(...Object.keys(data.lanes).map((field) => option(field, field)));
  byId("picker").append(...data.series.map((drawn, i) => option(String(i), seriesName(drawn))));
  byId("interval").value = String(usualInterval(data.cells.count * data.cells.width));
  byId("legend").append(...SEVERITIES.map(([least, name], i) => {
    const item = element("li"), swatch = element("i");
    swatch.style.background = `var(--${name})`;
    item.append(swatch, `${name} ${least}–${i ? SEVERITIES[i - 1][0] : 100}`);
    return item;
  }));
  fillNotes([
    ...(data.description ? [data.description] : []),
    "Scores of records are those after renormalisation; the score when the bucket ended is kept beside them.",
    "The shaded band holds 95 % of what the model expects; the dotted line is its median. A cross is an anomaly of several buckets together.",
  ]);
}

function start() {
  fillPage();
  selectionChanged();
  const redraw = () => { drawExplorer(); drawSeries(); };
  byId("overall").on("plotly_click", ({ points }) => select(points[0], null, null));
  byId("lanes").on("plotly_click", ({ points }) => {
    const field = byId("view-by").value;
    select(points[0], field, data.lanes[field][points[0].y].value);
  });
  byId("clear").addEventListener("click", clearSelection);
  byId("view-by").addEventListener("change", clearSelection);
  byId("severity").addEventListener("change", fillTable);
  byId("interval").addEventListener("change", () => { shown = ROWS; fillTable(); });
  byId("more").addEventListener("click", () => { shown += ROWS; fillTable(); });
  byId("show-explorer").addEventListener("click", () => showViewer(false));
  byId("show-viewer").addEventListener("click", () => showViewer(true));
  byId("picker").addEventListener("change", (event) => pick(Number(event.target.value)));
  byId("previous").addEventListener("click", () => pick((series + data.series.length - 1) % data.series.length));
  byId("next").addEventListener("click", () => pick((series + 1) % data.series.length));
  byId("whole").addEventListener("click", () => drawSeries());
  if (location.hash === "#viewer" && data.series.length) showViewer(true);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

start();
