// The page of a run of forests: draws with Plotly, and keeps list, picker and plots in step.
let picked = 0;

// -- data

// Positions to epoch milliseconds, or to row numbers.
const place = (t) => (data.hasTime ? data.start + t * data.interval : data.start + t + 1);
const places = (packed) => Float64Array.from(unpack(packed, data.isLong ? Float64Array : Int32Array), place);

// -- plots

function drawOverview() {
  const { width, columns, grades } = data.overview;
  const flat = unpack(grades, Uint8Array);
  const shown = Math.min(data.entities.length, Math.floor(flat.length / columns));
  const rows = Array.from({ length: shown }, (_, i) => Array.from(flat.subarray(i * columns, (i + 1) * columns), (g) => g / 100));
  const xs = Array.from({ length: columns }, (_, i) => place(i * width));
  const tick = shown > 30 ? Math.ceil(shown / 30) : 1;
  Plotly.react("overview", [{
    type: "heatmap", x: xs, y: rows.map((_, i) => i), z: rows, zmin: 0, zmax: 1, ygap: shown > 30 ? 0 : 2, showscale: false,
    colorscale: [[0, colour("heat-0")], [0.01, colour("heat-1")], [0.6, colour("heat-2")], [1, colour("heat-3")]],
    customdata: rows.map((row, i) => row.map(() => plain(data.entities[i].label))),
    hovertemplate: "%{customdata}<br>%{x}<br>highest grade %{z:.2f}<extra></extra>",
  }], layout({
    height: Math.max(110, Math.min(420, 46 + shown * (shown > 30 ? 7 : 22))), margin: { l: 10, r: 10, t: 10, b: 26 },
    xaxis: axis({ type: data.hasTime ? "date" : "linear", showgrid: false, fixedrange: true }),
    yaxis: axis({
      autorange: "reversed", automargin: true, showgrid: false, zeroline: false, fixedrange: true,
      tickvals: rows.map((_, i) => i).filter((i) => i % tick === 0),
      ticktext: rows.map((_, i) => plain(shorten(data.entities[i].label))).filter((_, i) => i % tick === 0),
    }),
  }), { ...config, displayModeBar: false });
}

function featureTraces(entity, i, yaxis) {
  const series = entity.series[i];
  const bandX = places(series.band.t);
  const marks = entity.marks.filter((mark) => mark.why.some(([feature, value, , share]) => feature === i && value !== null && share >= 0.1));
  const why = marks.map((mark) => mark.why.find(([feature]) => feature === i));
  const line = { x: bandX, yaxis, mode: "lines", line: { width: 0 }, hoverinfo: "skip" };
  return [
    { ...line, y: unpack(series.band.low, Float32Array) },
    { ...line, y: unpack(series.band.high, Float32Array), fill: "tonexty", fillcolor: colour("band") },
    {
      x: places(series.t), y: unpack(series.value, Float32Array), yaxis, mode: "lines", name: plain(data.features[i]),
      line: { color: colour("line"), width: 1.2 }, hovertemplate: "%{x}<br>%{y:.4~g}<extra>%{fullData.name}</extra>",
    },
    {
      x: marks.map((mark) => place(mark.t)), y: why.map(([, , expected]) => expected), yaxis, mode: "markers",
      marker: { symbol: "diamond-open", size: 8, color: colour("expected"), line: { width: 1.6 } },
      hovertemplate: "%{x}<br>expected %{y:.4~g}<extra></extra>",
    },
    {
      x: marks.map((mark) => place(mark.t)), y: why.map(([, value]) => value), yaxis, mode: "markers",
      marker: { symbol: "circle", size: 8, color: colour("bad"), line: { width: 1, color: colour("card") } },
      customdata: marks.map((mark, k) => [mark.grade, why[k][3], why[k][2] === null ? "unknown" : format(why[k][2])]),
      hovertemplate: "%{x}<br><b>%{y:.4~g}</b>, expected %{customdata[2]}<br>grade %{customdata[0]:.2f}, share %{customdata[1]:.0%}<extra></extra>",
    },
  ];
}

// Stems: a bar would be thinner than a pixel where the whole range is shown.
function gradeTraces(entity, yaxis) {
  const x = entity.marks.flatMap((mark) => [place(mark.t), place(mark.t), null]);
  const y = entity.marks.flatMap((mark) => [0, mark.grade, null]);
  return [
    { x, y, yaxis, mode: "lines", line: { color: colour("bad"), width: 1.4 }, hoverinfo: "skip" },
    {
      x: entity.marks.map((mark) => place(mark.t)), y: entity.marks.map((mark) => mark.grade), yaxis, mode: "markers",
      marker: { size: 5, color: colour("bad") }, customdata: entity.marks.map((mark) => mark.confidence),
      hovertemplate: "%{x}<br>grade %{y:.2f}, confidence %{customdata:.2f}<extra></extra>",
    },
  ];
}

function drawDetail(range) {
  const entity = data.entities[picked];
  const panels = entity.series.length;
  const height = (panels > 6 ? 120 : 190) * panels + 110 + 60;
  const gap = 34 / height;
  const gradeTop = 110 / height;
  const each = (1 - gradeTop - gap * panels) / panels;
  const axes = {}, titles = [];
  const title = (text, y) => titles.push({
    text, x: 0, y, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", showarrow: false,
    font: { size: 12, color: colour("text") },
  });
  const traces = entity.series.flatMap((_, i) => {
    const top = 1 - i * (each + gap);
    axes[i ? "yaxis" + (i + 1) : "yaxis"] = axis({ domain: [top - each, top], automargin: true, nticks: 5, zeroline: false });
    title("<b>" + plain(data.features[i]) + "</b>", top);
    return featureTraces(entity, i, i ? "y" + (i + 1) : "y");
  });
  axes["yaxis" + (panels + 1)] = axis({ domain: [0, gradeTop], range: [0, 1.08], tickvals: [0, 0.5, 1], automargin: true, zeroline: false });
  title("<b>anomaly grade</b>", gradeTop);
  traces.push(...gradeTraces(entity, "y" + (panels + 1)));
  Plotly.react("detail", traces, layout({
    ...axes, height, margin: { l: 10, r: 12, t: 26, b: 34 }, hovermode: "closest", dragmode: "zoom", annotations: titles,
    xaxis: axis({
      type: data.hasTime ? "date" : "linear", anchor: "y" + (panels + 1),
      range: range || whole(), showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "dot", spikecolor: colour("soft"),
    }),
  }), config);
}

function whole() {
  const { width, columns } = data.overview;
  return [place(0), place(width * columns)];
}

// -- page

function pick(entity, range) {
  picked = entity;
  const { label, anomalies, intervals } = data.entities[entity];
  byId("picker").value = String(entity);
  byId("entity-name").textContent = label;
  byId("entity-name").append(element("small", "", `${anomalies.toLocaleString("en")} anomalous of ${intervals.toLocaleString("en")} intervals`));
  drawDetail(range);
}

function lookAt(index) {
  const anomaly = data.top[index];
  // The anomaly a little right of the middle: what came before explains it.
  pick(anomaly.entity, [place(anomaly.t - 90), place(anomaly.t + 60)]);
  [...byId("list").children].forEach((row, i) => row.classList.toggle("is-picked", i === index));
  // The address is a link to what is looked at.
  location.replace(`#anomaly-${index + 1}`);
}

function listItem(anomaly, index) {
  const row = element("li");
  row.tabIndex = 0;
  const head = element("div", "head");
  head.append(element("span", "who", data.entityColumns.length ? data.entities[anomaly.entity].label : anomaly.when));
  if (data.entityColumns.length) head.append(element("span", "when", anomaly.when));
  head.append(element("span", "grade", anomaly.grade.toFixed(2)));
  row.append(head);
  anomaly.why.slice(0, 3).filter(([, , , share], i) => i === 0 || share >= 0.1).forEach(([feature, value, expected, share]) => {
    const why = element("div", "why");
    const text = element("span", "", data.features[feature] + " ");
    text.append(element("b", "", format(value)), expected === null ? "" : `, expected ${format(expected)}`);
    why.append(text, element("span", "", data.features.length > 1 ? `${Math.round(share * 100)} %` : ""));
    row.append(why);
  });
  row.addEventListener("click", () => lookAt(index));
  row.addEventListener("keydown", (event) => { if (event.key === "Enter") lookAt(index); });
  return row;
}

function fillPage() {
  fillHead(data.source, data.facts);
  byId("partial").hidden = !data.isPartial;
  byId("list").append(...data.top.map(listItem));
  if (!data.top.length) byId("list").append(element("li", "empty", "No anomaly was found."));
  data.entities.forEach((entity, i) => {
    const option = element("option", "", `${entity.label} (${entity.anomalies})`);
    option.value = String(i);
    byId("picker").append(option);
  });
  fillNotes(remarks());
}

function remarks() {
  const shown = data.entities.length;
  const texts = [...data.notes];
  if (shown < data.totalEntities) texts.push(`Shown are the ${shown} of ${data.totalEntities.toLocaleString("en")} entities with the strongest anomalies.`);
  if (data.entities.some((entity) => entity.intervals > data.pointsPerSeries)) texts.push("Long series are drawn by the smallest and largest values of short stretches.");
  texts.push(`The shaded band holds the middle 90 % of the ${data.window} intervals before; a diamond is the value the forest expected instead.`);
  return texts;
}

function start() {
  const single = data.entities.length < 2;
  document.body.classList.toggle("is-single", single);
  byId("overview-card").hidden = byId("picker-label").hidden = single;
  const draw = () => { if (!single) drawOverview(); drawDetail(); };
  fillPage();
  if (!data.entities.length) return;
  pick(data.top.length ? data.top[0].entity : 0);
  draw();
  if (!single) byId("overview").on("plotly_click", ({ points }) => pick(points[0].y));
  byId("picker").addEventListener("change", (event) => pick(Number(event.target.value)));
  byId("previous").addEventListener("click", () => pick((picked + data.entities.length - 1) % data.entities.length));
  byId("next").addEventListener("click", () => pick((picked + 1) % data.entities.length));
  byId("whole").addEventListener("click", () => drawDetail());
  const linked = Number(location.hash.replace("#anomaly-", "")) - 1;
  if (data.top[linked]) lookAt(linked);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

start();
